import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { CommittedRecord } from '@concord/core/ports';
import { atOnce, COMMIT, send, type Statement } from '../at-once.ts';
import { date } from '../rows.ts';
import { stable } from '../stable-json.ts';
import type { StoredEvent } from './event.ts';

const COLUMNS = [
  ['event_id', 'uuid'],
  ['unit_id', 'uuid'],
  ['unit_part', 'text'],
  ['recorded_at', 'timestamptz'],
  ['category', 'text'],
  ['subtype', 'text'],
  ['action', 'text'],
  ['outcome', 'smallint'],
  ['issuer', 'text'],
  ['subject', 'text'],
  ['login', 'text'],
  ['client_id', 'text'],
  ['purpose', 'text'],
  ['patient_key', 'uuid'],
  ['request_id', 'text'],
  ['bytes', 'bytea'],
] as const;

const INTO = `INSERT INTO audit_events (${COLUMNS.map(([name]) => name).join(', ')}, transaction_id)`;
/** Most answers owe one event: spared the arrays. */
const ONE = `${INTO} VALUES (${COLUMNS.map(([, type], i) => `$${i + 1}::${type}`).join(', ')}, pg_current_xact_id()::text)`;
const MANY = `${INTO} SELECT *, pg_current_xact_id()::text FROM unnest(${COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`;

/**
 * Writes the events of a response in the response's own transaction: both are there, or neither.
 * @returns what is committed with it, event by event.
 */
export async function writeEvents(client: ClientBase, events: readonly StoredEvent[]): Promise<readonly CommittedRecord[]> {
  if (events.length === 0) return [];
  const written = events.map(inBytes);
  await send(client, insertOf(written));
  return written.map(receiptOf);
}

/**
 * Writes the events and commits, in one round trip. Where an event cannot be written the server skips the commit that follows it.
 * @throws when an event was not written or the commit was not one.
 */
export async function commitWith(client: ClientBase, events: readonly StoredEvent[]): Promise<readonly CommittedRecord[]> {
  const written = events.map(inBytes);
  const { command } = written.length === 0 ? await send(client, COMMIT) : (await atOnce(client, insertOf(written), COMMIT))[1];
  if (command !== 'COMMIT') throw new Error('the transaction was undone instead of committed');
  return written.map(receiptOf);
}

interface Written {
  readonly event: StoredEvent;
  /** What will be hashed: keys in order, written once, never made again. */
  readonly bytes: Buffer;
}

function inBytes(event: StoredEvent): Written {
  return { event, bytes: Buffer.from(stable(event)) };
}

function insertOf(written: readonly Written[]): Statement {
  const rows = written.map(toRow);
  const [first] = rows;
  return rows.length === 1 && first !== undefined
    ? { name: 'audit-insert', text: ONE, values: first }
    : { name: 'audit-inserts', text: MANY, values: COLUMNS.map((_, column) => rows.map((row) => row[column])) };
}

function receiptOf({ event, bytes }: Written): CommittedRecord {
  return { eventId: event.eventId, sha256: createHash('sha256').update(bytes).digest() };
}

function toRow({ event, bytes }: Written): readonly unknown[] {
  const { eventId, unitId, unitPart, recordedAt, category, subtype, action, outcome, actor } = event;
  // prettier-ignore
  return [
    eventId, unitId, unitPart, date(recordedAt), category, subtype, action, outcome, actor.issuer, actor.subject, actor.login,
    event.clientId, event.purpose, event.patientKey ?? null, event.requestId, bytes,
  ];
}
