import pg from 'pg';
import type { Digest } from '@concord/core/ports';
import { actorKey, AuditLog, consistencyRanges, tagOf, type Leaf, type LogEvent, type LogHead, type TagKind, type Tile } from '@concord/governance/audit';
import { inTransaction } from '../in-transaction.ts';
import { readLogStart } from './resume.ts';
import { TreeReader } from './tree-reader.ts';

/** Opens a tag's commitment: a keyed digest under the log's own secret. */
export type TagOpener = (kind: TagKind, key: string) => Uint8Array;

export interface SequencerSettings {
  /** Connection string of `audit_sequencer`. */
  readonly url: string;
  readonly digest: Digest;
  readonly openTag: TagOpener;
}

export interface Sequenced {
  readonly leaves: number;
  /** Age of the oldest event of the batch when it got its leaf. */
  readonly lagMs: number;
}

/** The one writer of the log. Whatever it throws, its memory is no longer the database's: open another. */
export interface Sequencer {
  /** Gives committed events their leaves, up to a batch of them. */
  step(): Promise<Sequenced>;
  head(): LogHead;
  /** Age of the oldest committed event that has no leaf; also when an open transaction keeps the fence down. */
  oldestWaitingMs(): Promise<number>;
  /** The root that the log had at an earlier size. */
  rootAt(size: number): Promise<Uint8Array>;
  /** RFC 9162 2.1.4.1: the log now is the log then, grown. */
  consistency(first: number): Promise<readonly Uint8Array[]>;
  /** Keeps a signed head. */
  keep(size: number, note: string): Promise<void>;
  /** The newest signed head in the database. */
  newest(): Promise<{ readonly size: number; readonly note: string } | undefined>;
  close(): Promise<void>;
}

const BATCH = 4000;
const LOCK = "SELECT pg_try_advisory_lock(hashtextextended('concord audit sequencer', 0)) AS taken";
const STATEMENT_TIMEOUT_MS = 120_000;

/** @returns undefined while another sequencer is at work on this database. */
export async function openSequencer(settings: SequencerSettings): Promise<Sequencer | undefined> {
  const client = new pg.Client({ connectionString: settings.url, statement_timeout: STATEMENT_TIMEOUT_MS, connectionTimeoutMillis: 10_000 });
  // A server that goes away fails the next statement as well; unheard, the event would end the process without a word.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>(LOCK);
    if (rows[0]?.taken === true) return await takeUp(client, settings);
  } catch (error) {
    await client.end();
    throw error;
  }
  await client.end();
  return undefined;
}

async function takeUp(client: pg.Client, settings: SequencerSettings): Promise<Sequencer> {
  const log = new AuditLog(settings.digest, await readLogStart(client, settings.digest));
  const cursor = await readCursor(client);
  const tags = new TagBook(settings);
  return {
    step: () => step({ client, log, cursor, tags, digest: settings.digest }),
    head: () => log.head(),
    oldestWaitingMs: () => oldestWaitingMs(client, cursor),
    rootAt: (size) => new TreeReader(client, settings.digest).root(size),
    consistency: (first) => new TreeReader(client, settings.digest).hashes(consistencyRanges(first, log.size)),
    keep: async (size, note) => {
      await client.query('INSERT INTO audit_checkpoints (size, note, signed_at) VALUES ($1, $2, clock_timestamp())', [size, note]);
    },
    newest: async () => {
      const { rows } = await client.query<{ size: number; note: string }>(
        'SELECT size::float8 AS size, note FROM audit_checkpoints ORDER BY size DESC LIMIT 1',
      );
      return rows[0];
    },
    close: () => client.end(),
  };
}

/**
 * What has surely been seen: every event whose transaction is older than the fence. Transactions are counted by the server, so the
 * fence of another server (a dump that was loaded elsewhere) says nothing: then everything without a leaf is looked for once.
 */
interface Cursor {
  readonly systemIdentifier: string;
  fence: string | undefined;
}

async function readCursor(client: pg.Client): Promise<Cursor> {
  const server = await client.query<{ id: string }>('SELECT system_identifier::text AS id FROM pg_control_system()');
  const systemIdentifier = server.rows[0]?.id ?? '';
  const last = await client.query<{ fence: string; system_identifier: string }>(
    'SELECT fence, system_identifier FROM audit_batches ORDER BY first_leaf DESC LIMIT 1',
  );
  const [batch] = last.rows;
  return { systemIdentifier, fence: batch?.system_identifier === systemIdentifier ? batch.fence : undefined };
}

interface Work {
  readonly client: pg.Client;
  readonly log: AuditLog;
  readonly cursor: Cursor;
  readonly tags: TagBook;
  readonly digest: Digest;
}

interface EventRow {
  readonly n: string;
  readonly xid: string;
  readonly bytes: Buffer;
  readonly lag_ms: number;
}

const COLUMNS = `e.n::text AS n, e.transaction_id AS xid, e.bytes, (extract(epoch FROM clock_timestamp() - e.recorded_at) * 1000)::float8 AS lag_ms`;
const UNSEEN = 'NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_n = e.n)';
/** Not by n: a slow transaction drew its n early and commits late. Below the fence no transaction is open any more. */
const IN_ORDER = `SELECT ${COLUMNS} FROM audit_events e WHERE e.transaction_id::xid8 >= $1::xid8 AND e.transaction_id::xid8 < $2::xid8 AND ${UNSEEN}
  ORDER BY e.transaction_id::xid8, e.n LIMIT ${BATCH}`;
const WHATEVER_IS_LEFT = `SELECT ${COLUMNS} FROM audit_events e WHERE ${UNSEEN} ORDER BY e.n LIMIT ${BATCH}`;

async function step(work: Work): Promise<Sequenced> {
  const { client, cursor } = work;
  // One snapshot for the fence and the rows: what is below the fence is complete in it.
  const { rows, next } = await inTransaction(client, () => sequence(work), 'BEGIN ISOLATION LEVEL REPEATABLE READ');
  cursor.fence = next;
  return { leaves: rows.length, lagMs: rows.reduce((most, { lag_ms }) => Math.max(most, lag_ms), 0) };
}

async function sequence(work: Work): Promise<{ readonly rows: readonly EventRow[]; readonly next: string | undefined }> {
  const { client, cursor } = work;
  const { rows: fences } = await client.query<{ fence: string }>('SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS fence');
  const fence = fences[0]?.fence ?? '';
  const { rows } =
    cursor.fence === undefined
      ? await client.query<EventRow>(WHATEVER_IS_LEFT)
      : await client.query<EventRow>({ name: 'sequence', text: IN_ORDER, values: [cursor.fence, fence] });
  const next = nextFence(cursor, fence, rows);
  if (rows.length > 0) await append(work, rows, next);
  return { rows, next };
}

async function oldestWaitingMs(client: pg.Client, { fence }: Cursor): Promise<number> {
  const text = `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - e.recorded_at) * 1000), 0)::float8 AS age FROM audit_events e
    WHERE e.transaction_id::xid8 >= $1::xid8 AND ${UNSEEN}`;
  const { rows } = await client.query<{ age: number }>({ name: 'waiting', text, values: [fence ?? '0'] });
  return rows[0]?.age ?? 0;
}

/** After a full batch there may be more below the fence: it goes on at the transaction of the last event. */
function nextFence(cursor: Cursor, fence: string, rows: readonly EventRow[]): string | undefined {
  if (rows.length < BATCH) return fence;
  return cursor.fence === undefined ? undefined : rows.at(-1)?.xid;
}

async function append({ client, log, cursor, tags, digest }: Work, rows: readonly EventRow[], fence: string | undefined): Promise<void> {
  const { leaves, tiles } = log.extend(rows.map(({ bytes }) => toLogEvent(bytes, tags, digest)));
  await insertLeaves(client, leaves, rows);
  await insertTiles(client, tiles);
  await client.query({
    name: 'batch',
    text: 'INSERT INTO audit_batches (first_leaf, leaves, fence, system_identifier, sequenced_at) VALUES ($1, $2, $3, $4, clock_timestamp())',
    // Without a fence the search is not over: whoever takes it up begins it again.
    values: [leaves[0]?.index, leaves.length, fence ?? '0', fence === undefined ? 'unfinished' : cursor.systemIdentifier],
  });
}

async function insertLeaves(client: pg.Client, leaves: readonly Leaf[], rows: readonly EventRow[]): Promise<void> {
  await client.query({
    name: 'leaves',
    text: `INSERT INTO audit_leaves (leaf_index, event_n, leaf_hash, envelope)
      SELECT $1::bigint + o - 1, n, hash, envelope FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS t (n, hash, envelope, o)`,
    values: [leaves[0]?.index, rows.map(({ n }) => n), leaves.map(({ hash }) => Buffer.from(hash)), leaves.map(({ envelope }) => Buffer.from(envelope))],
  });
}

async function insertTiles(client: pg.Client, tiles: readonly Tile[]): Promise<void> {
  if (tiles.length === 0) return;
  await client.query({
    name: 'tiles',
    text: 'INSERT INTO audit_tiles (level, tile_index, hashes) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])',
    values: [tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ hashes }) => Buffer.from(hashes))],
  });
}

interface Said {
  readonly recordedAt?: unknown;
  readonly patientKey?: unknown;
  readonly actor?: { readonly issuer?: unknown; readonly subject?: unknown } | null;
}

/** What the bytes say, never what the columns beside them say. Bytes that nobody can read get a leaf too, in nobody's chain. */
function toLogEvent(bytes: Buffer, tags: TagBook, digest: Digest): LogEvent {
  const { recordedAt, patientKey, actor } = readEvent(bytes);
  const whom = actor ?? {};
  return {
    eventHash: digest(bytes),
    recordedAt: typeof recordedAt === 'number' && Number.isSafeInteger(recordedAt) && recordedAt >= 0 ? recordedAt : 0,
    ...(typeof patientKey === 'string' ? { patientTag: tags.tag('patient', patientKey) } : {}),
    ...(typeof whom.issuer === 'string' && typeof whom.subject === 'string' ? { actorTag: tags.tag('actor', actorKey(whom.issuer, whom.subject)) } : {}),
  };
}

function readEvent(bytes: Buffer): Said {
  try {
    const read: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}

const TAGS_REMEMBERED = 50_000;

/** Tags of those who were met lately: two keyed hashes saved for each event. */
class TagBook {
  private readonly settings: SequencerSettings;
  private readonly known = new Map<string, Uint8Array>();

  constructor(settings: SequencerSettings) {
    this.settings = settings;
  }

  tag(kind: TagKind, key: string): Uint8Array {
    const name = `${kind} ${key}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= TAGS_REMEMBERED) this.known.clear();
    const tag = tagOf(this.settings.digest, kind, key, this.settings.openTag(kind, key));
    this.known.set(name, tag);
    return tag;
  }
}
