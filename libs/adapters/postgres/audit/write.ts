import type { ClientBase } from 'pg';
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

/** Writes the events of a response in the response's own transaction: both are there, or neither. */
export async function writeEvents(client: ClientBase, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(toRow);
  await client.query({ name: 'audit-insert', text: INSERT, values: COLUMNS.map((_, column) => rows.map((row) => row[column])) });
}

function toRow(event: StoredEvent): readonly unknown[] {
  const { eventId, unitId, unitPart, recordedAt, category, subtype, action, outcome, actor } = event;
  // The bytes are what will be hashed: keys in order, written once, never made again.
  const bytes = Buffer.from(stable(event));
  // prettier-ignore
  return [
    eventId, unitId, unitPart, date(recordedAt), category, subtype, action, outcome, actor.issuer, actor.subject, actor.login,
    event.clientId, event.purpose, event.patientKey ?? null, event.requestId, bytes,
  ];
}
