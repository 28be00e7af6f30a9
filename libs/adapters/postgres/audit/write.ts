import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { CommittedRecord } from '@concord/core/ports';
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

const INSERT = `INSERT INTO audit_events (${COLUMNS.map(([name]) => name).join(', ')}, transaction_id)
  SELECT *, pg_current_xact_id()::text FROM unnest(${COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`;

/**
 * Writes the events of a response in the response's own transaction: both are there, or neither.
 * @returns what is committed with it, event by event.
 */
export async function writeEvents(client: ClientBase, events: readonly StoredEvent[]): Promise<readonly CommittedRecord[]> {
  if (events.length === 0) return [];
  const written: readonly Written[] = events.map((event) => ({ event, bytes: Buffer.from(stable(event)) }));
  const rows = written.map(toRow);
  await client.query({ name: 'audit-insert', text: INSERT, values: COLUMNS.map((_, column) => rows.map((row) => row[column])) });
  return written.map(({ event, bytes }) => ({ eventId: event.eventId, sha256: createHash('sha256').update(bytes).digest() }));
}

interface Written {
  readonly event: StoredEvent;
  /** What will be hashed: keys in order, written once, never made again. */
  readonly bytes: Buffer;
}

function toRow({ event, bytes }: Written): readonly unknown[] {
  const { eventId, unitId, unitPart, recordedAt, category, subtype, action, outcome, actor } = event;
  // prettier-ignore
  return [
    eventId, unitId, unitPart, date(recordedAt), category, subtype, action, outcome, actor.issuer, actor.subject, actor.login,
    event.clientId, event.purpose, event.patientKey ?? null, event.requestId, bytes,
  ];
}
