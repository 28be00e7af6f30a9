import { signReceipt, encodeEnvelope, decodeEnvelope, formatKey, leafHash, leafRecord, type Envelope } from '@concord/governance/audit';
import { digest } from '@concord/adapters/crypto';
import type { VerifyOptions } from '../../apps/cli/bin/concord-audit-verify.mjs';
import {
  FORGER,
  publicKeys,
  RECEIPTS,
  sampleBundle,
  sampleEvent,
  sampleLog,
  sealed,
  signedHead,
  tileRoots,
  toLogEvent,
  type SampleEvent,
  type SampleLog,
} from './sample-log.ts';
import { AuditLog } from '@concord/governance/audit';

export type Files = Map<string, Buffer>;

/** What was done, where its first bad index is, and what the auditor holds. */
export interface Tampered {
  readonly files: Files;
  /** Undefined where no single event is to blame: it must be found all the same. */
  readonly first: number | undefined;
  /** The verifier must name this very index, not a range around it. */
  readonly exact: boolean;
  readonly options?: VerifyOptions;
}

export interface Attack {
  readonly log: SampleLog;
  readonly clean: Files;
  /** A whole number below `n`, drawn for this attack. */
  readonly draw: (n: number) => number;
}

/** An operator that owns the database (the export is then made and signed in good faith), or holds a bundle, or even the log's key. */
export type Operator = (attack: Attack) => Tampered;

const RECORD = 225;
const PEOPLE = { patients: 12, actors: 4 };

interface Rows {
  readonly records: Buffer[];
  readonly events: Buffer[];
  readonly columns: string[];
}

function rowsOf(files: Files): Rows {
  const leaves = files.get('leaves.bin')!;
  const lines = (name: string) => files.get(name)!.toString('latin1').split('\n').slice(0, -1);
  return {
    records: Array.from({ length: leaves.length / RECORD }, (_, i) => Buffer.from(leaves.subarray(i * RECORD, (i + 1) * RECORD))),
    events: lines('events.ndjson').map((line) => Buffer.from(line, 'latin1')),
    columns: lines('columns.ndjson').map((line) => Buffer.from(line, 'latin1').toString('utf8')),
  };
}

/** The bundle that an honest exporter makes of these rows. */
function made(attack: Attack, { records, events, columns }: Rows, more: readonly (readonly [string, Buffer])[] = []): Files {
  const files: Files = new Map([
    ...attack.clean,
    ['leaves.bin', Buffer.concat(records)],
    ['events.ndjson', Buffer.concat(events.flatMap((line) => [line, Buffer.from('\n')]))],
    ['columns.ndjson', Buffer.from(columns.map((line) => `${line}\n`).join(''))],
    ...more,
  ]);
  return sealed(files, { size: attack.log.leaves.length, scope: { kind: 'log' }, leaves: records.length, events: events.length });
}

function renumbered(records: readonly Buffer[]): Buffer[] {
  return records.map((record, i) => {
    const copy = Buffer.from(record);
    copy.writeBigUInt64BE(BigInt(i));
    return copy;
  });
}

/** A leaf whose envelope says something else, with the hash that fits it. */
function forged(record: Buffer, change: (envelope: Envelope) => Partial<Envelope>): Buffer {
  const envelope = decodeEnvelope(record.subarray(40))!;
  const bytes = encodeEnvelope({ ...envelope, ...change(envelope) });
  return Buffer.from(leafRecord(Number(record.readBigUInt64BE(0)), leafHash(digest, bytes), bytes));
}

const at = ({ log, draw }: Attack): number => draw(log.leaves.length);
const flip = (bytes: Buffer, place: number, bit: number): void => void (bytes[place] = (bytes[place] ?? 0) ^ (1 << bit));
const withRows = (attack: Attack, index: number, change: (rows: Rows) => void): Tampered => {
  const rows = rowsOf(attack.clean);
  change(rows);
  return { files: made(attack, rows), first: index, exact: true };
};

/** The events with some of them changed, and the log that a forger who recomputes everything makes of them. */
function rewritten(log: SampleLog, from: number, change: (event: SampleEvent) => SampleEvent): SampleLog {
  return sampleLog(
    log.events.map((event, i) => (i === from ? change(event) : event)),
    log.heads[0]!.size,
  );
}
const otherEvent = (event: SampleEvent, n: number): SampleEvent => sampleEvent(1_000_000 + n, PEOPLE, event.recordedAt);
const idIn = (event: SampleEvent): string => (JSON.parse(event.bytes.toString()) as { eventId: string }).eventId;
/** The older state of the database, all of it genuine. */
const olderLog = (log: SampleLog, size: number): SampleLog => sampleLog(log.events.slice(0, size), log.heads[0]!.size);
const anHeadOf = (attack: Attack): number => attack.log.heads[attack.draw(attack.log.heads.length - 1)]!.size;

export const OPERATORS: Readonly<Record<string, Operator>> = {
  'a bit of an event is flipped': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ events }) => {
      flip(events[index]!, attack.draw(events[index]!.length), attack.draw(8));
    });
  },
  'a column that a screen shows is edited': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ columns }) => {
      const row = JSON.parse(columns[index]!) as unknown[];
      row[attack.draw(row.length)] = 'someone else';
      columns[index] = JSON.stringify(row);
    });
  },
  'the columns of an event are removed (one line of a table)': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ columns }) => columns.splice(index, 1));
  },
  'the bytes of an event are removed': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ events }) => events.splice(index, 1));
  },
  'the bytes of an event are emptied': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ events }) => void (events[index] = Buffer.alloc(0)));
  },
  'an event is deleted': (attack) => {
    // Not the last: that is the end cut off.
    const index = attack.draw(attack.log.leaves.length - 1);
    return withRows(attack, index, (rows) => Object.values(rows).forEach((list: unknown[]) => list.splice(index, 1)));
  },
  'an event is deleted and the rest moves up': (attack) => {
    const index = at(attack);
    const done = withRows(attack, index, (rows) => {
      Object.values(rows).forEach((list: unknown[]) => list.splice(index, 1));
      rows.records.splice(0, rows.records.length, ...renumbered(rows.records));
    });
    return { ...done, exact: false };
  },
  'an event is inserted and the rest moves down': (attack) => {
    const index = at(attack);
    const done = withRows(attack, index, (rows) => {
      // Another event than the one that stands there: of two that are alike nobody can say which came first.
      const source = (index + 1 + attack.draw(rows.records.length - 1)) % rows.records.length;
      rows.records.splice(
        index,
        0,
        forged(rows.records[source]!, () => ({ eventHash: digest(rows.events[source]!) })),
      );
      rows.events.splice(index, 0, rows.events[source]!);
      rows.columns.splice(index, 0, rows.columns[source]!);
      rows.records.splice(0, rows.records.length, ...renumbered(rows.records));
    });
    return { ...done, exact: false };
  },
  'an event stands twice': (attack) => {
    const index = at(attack);
    const done = withRows(attack, index, (rows) => Object.values(rows).forEach((list: Buffer[]) => list.splice(index, 0, list[index]!)));
    return { ...done, exact: false };
  },
  'the bytes of two events are swapped': (attack) => {
    const index = attack.draw(attack.log.leaves.length - 1);
    return withRows(attack, index, ({ events }) => events.splice(index, 2, events[index + 1]!, events[index]!));
  },
  'two events change places, without their numbers': (attack) => {
    const index = attack.draw(attack.log.leaves.length - 1);
    const other = index + 1 + attack.draw(attack.log.leaves.length - index - 1);
    return withRows(attack, index, ({ records }) => void ([records[index], records[other]] = [records[other]!, records[index]!]));
  },
  'two events change places and numbers': (attack) => {
    const index = attack.draw(attack.log.leaves.length - 1);
    const other = index + 1 + attack.draw(attack.log.leaves.length - index - 1);
    const done = withRows(attack, index, (rows) => {
      for (const list of Object.values(rows) as Buffer[][]) [list[index], list[other]] = [list[other]!, list[index]!];
      rows.records.splice(0, rows.records.length, ...renumbered(rows.records));
    });
    return { ...done, exact: false };
  },
  'the end of the log is cut off': (attack) => {
    const size = at(attack);
    // Which of the last events is missing only an older head can say: the verifier names where that leaves off.
    const done = withRows(attack, size, (rows) => Object.values(rows).forEach((list: unknown[]) => list.splice(size)));
    return { ...done, exact: false };
  },
  'an event is dated back, with a leaf to match': (attack) => {
    const index = at(attack);
    const done = withRows(attack, index, ({ records, events, columns }) => {
      const event = JSON.parse(events[index]!.toString()) as { recordedAt: number };
      event.recordedAt -= 86_400_000;
      events[index] = Buffer.from(JSON.stringify(event));
      columns[index] = columns[index]!.replace(/(?<=,)\d{16}(?=,)/, String(event.recordedAt * 1000));
      records[index] = forged(records[index]!, () => ({ eventHash: digest(events[index]!), recordedAt: event.recordedAt }));
    });
    return { ...done, exact: false };
  },
  'a number in a patient’s chain is changed, with a leaf to match': (attack) => {
    const index = at(attack);
    const done = withRows(attack, index, ({ records }) => {
      records[index] = forged(records[index]!, ({ actor }) => ({ actor: { ...actor, sequence: actor.sequence + 1 + attack.draw(5) } }));
    });
    return { ...done, exact: false };
  },
  'the stored hash of a leaf is changed': (attack) => {
    const index = at(attack);
    return withRows(attack, index, ({ records }) => {
      flip(records[index]!, 8 + attack.draw(32), attack.draw(8));
    });
  },
  'a stored tile is changed': (attack) => {
    const tiles = Buffer.from(attack.clean.get('tiles.bin')!);
    const place = attack.draw(tiles.length);
    flip(tiles, place, attack.draw(8));
    return { files: made(attack, rowsOf(attack.clean), [['tiles.bin', tiles]]), first: Math.floor(place / 32) * 256, exact: false };
  },
  'everything is computed anew around a changed event, but the head cannot be signed': (attack) => {
    const index = at(attack);
    const other = rewritten(attack.log, index, (event) => otherEvent(event, index));
    const files = made(attack, rowsOf(sampleBundle(other, { kind: 'log' })), [['tiles.bin', tileRoots(other)]]);
    return { files, first: index, exact: false };
  },
  'everything is computed anew and signed with a key of the forger’s own': (attack) => {
    const index = at(attack);
    const other = rewritten(attack.log, index, (event) => otherEvent(event, index));
    const log = new AuditLog(digest);
    log.extend(other.events.map(toLogEvent));
    const files = new Map([
      ...sampleBundle(other, { kind: 'log' }),
      ['checkpoint.txt', Buffer.from(signedHead(log, Date.UTC(2026, 10, 28), FORGER))],
      ['pubkeys.json', Buffer.from(JSON.stringify({ ...publicKeys, log: [formatKey(digest, { ...FORGER, type: 'signature' })] }))],
    ] as [string, Buffer][]);
    const counted = { size: log.size, scope: { kind: 'log' as const }, leaves: log.size, events: log.size };
    return { files: sealed(files, counted, FORGER), first: index, exact: false };
  },
  'a second history is signed with the log’s own key, against a head that the auditor holds': (attack) => {
    const index = at(attack);
    const other = rewritten(attack.log, index, (event) => otherEvent(event, index));
    return { files: sampleBundle(other, { kind: 'log' }), first: index, exact: false, options: { anchors: attack.log.heads.map(({ note }) => note) } };
  },
  'an old head and the log of then are shown again': (attack) => {
    const size = anHeadOf(attack);
    const files = sampleBundle(olderLog(attack.log, size), { kind: 'log' });
    return { files, first: size, exact: true, options: { anchors: [attack.log.heads.at(-1)!.note] } };
  },
  'the database is rolled back and goes on with other events': (attack) => {
    const size = anHeadOf(attack);
    const kept = attack.log.events.slice(0, size);
    const others = Array.from({ length: attack.log.events.length - size }, (_, i) => otherEvent(attack.log.events[size + i]!, i));
    const files = sampleBundle(sampleLog([...kept, ...others], attack.log.heads[0]!.size), { kind: 'log' });
    return { files, first: size, exact: false, options: { anchors: attack.log.heads.map(({ note }) => note) } };
  },
  'an event bears the id of another, so that whoever goes by ids keeps one of them': (attack) => {
    const index = 1 + attack.draw(attack.log.leaves.length - 1);
    const id = idIn(attack.log.events[attack.draw(index)]!);
    const other = rewritten(attack.log, index, (event) => ({
      ...event,
      bytes: Buffer.from(event.bytes.toString().replace(/(?<="eventId":")[^"]+/, id)),
      columns: event.columns.replace(/(?<=^\[")[^"]+/, id),
    }));
    return { files: sampleBundle(other, { kind: 'log' }), first: index, exact: false };
  },
  'an event is left out of a log that is whole otherwise, against the receipt of its reader': (attack) => {
    const index = attack.draw(attack.log.leaves.length);
    const rest = attack.log.events.toSpliced(index, 1);
    const event = attack.log.events[index]!;
    const id = Buffer.from(idIn(event).replaceAll('-', ''), 'hex');
    const receipt = signReceipt({ time: event.recordedAt, events: [{ id, hash: digest(event.bytes) }] }, RECEIPTS);
    const later = sampleLog([...rest, ...Array.from({ length: 40 }, (_, i) => otherEvent({ ...event, recordedAt: event.recordedAt + 60_000 + i }, i))], 1000);
    return { files: sampleBundle(later, { kind: 'log' }), first: index, exact: false, options: { receipts: [receipt] } };
  },
  'a signed head is edited': (attack) => {
    const note = Buffer.from(attack.clean.get('checkpoint.txt')!);
    const lines = note.toString().split('\n');
    lines[1] = String(Number(lines[1]) + 1 + attack.draw(1000));
    return { files: made(attack, rowsOf(attack.clean), [['checkpoint.txt', Buffer.from(lines.join('\n'))]]), first: attack.log.leaves.length, exact: false };
  },
  'a bundle is edited after it was signed': (attack) => {
    const names = [...attack.clean.keys()].filter((name) => !/leaves|events|columns|manifest.sig/.test(name));
    const name = names[attack.draw(names.length)]!;
    const bytes = Buffer.from(attack.clean.get(name)!);
    flip(bytes, attack.draw(bytes.length), attack.draw(7));
    return { files: new Map([...attack.clean, [name, bytes]]), first: undefined, exact: false };
  },
};
