import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { KINDS } from '@concord/governance/audit';
import { at, timeOrderedId } from '../rows.ts';
import type { StoredEvent } from './event.ts';
import { writeEvents } from './write.ts';

/** From how many different patients on, in how long, the officer is told of a reader. */
export interface ReadingWatch {
  readonly patients: number;
  readonly windowMs: number;
}

interface Reader {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly patients: number;
  readonly from: Date;
  readonly now: Date;
}

/**
 * People who were given the records of too many patients within the window. A list of one's own ward is no opened record, and a
 * source reads back what it wrote; machines of ours are not people. Of one person once in a window.
 */
const READERS = `WITH looks AS (
    SELECT e.issuer, e.subject, e.login, e.patient_key, e.n, e.recorded_at FROM audit_events e
    WHERE e.recorded_at > clock_timestamp() - $1 * interval '1 millisecond' AND e.outcome = 0 AND e.patient_key IS NOT NULL
      AND e.client_id NOT IN ('worker', 'cli', 'demo-seed')
      AND NOT EXISTS (SELECT FROM audit_units u WHERE u.id = e.unit_id AND u.kind = 'worklist'))
  , readers AS (
    SELECT l.issuer, l.subject, max(l.login) AS login, count(DISTINCT l.patient_key)::int AS patients, min(l.recorded_at) AS from_at, max(l.n) AS last
    FROM looks l GROUP BY l.issuer, l.subject HAVING count(DISTINCT l.patient_key) > $2)
  SELECT r.issuer, r.subject, r.login, r.patients, r.from_at AS from, clock_timestamp() AS now FROM readers r JOIN audit_events e ON e.n = r.last
  WHERE NOT convert_from(e.bytes, 'UTF8')::jsonb #> '{actor,roles}' ? 'integrator'
    AND NOT EXISTS (SELECT FROM reading_alerts a WHERE a.issuer = r.issuer AND a.subject = r.subject AND a.to_at > clock_timestamp() - $1 * interval '1 millisecond')`;

/** Tells the officer, in their list and in the record, in the name of the reader. @returns of how many. */
export async function noticeReaders(client: ClientBase, { patients, windowMs }: ReadingWatch): Promise<number> {
  // Two workers at once would each tell it.
  await client.query("SELECT pg_advisory_xact_lock(hashtext('reading-alerts'))");
  const { rows } = await client.query<Reader>(READERS, [windowMs, patients]);
  for (const reader of rows) {
    const id = randomUUID();
    await client.query('INSERT INTO reading_alerts (id, issuer, subject, login, patients, from_at, to_at) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
      id,
      reader.issuer,
      reader.subject,
      reader.login,
      reader.patients,
      reader.from,
      reader.now,
    ]);
    await client.query("SELECT set_config('app.issuer', $1, true), set_config('app.subject', $2, true)", [reader.issuer, reader.subject]);
    await writeEvents(client, [alertEvent(id, reader)]);
  }
  return rows.length;
}

function alertEvent(id: string, { issuer, subject, login, patients, from, now }: Reader): StoredEvent {
  const recordedAt = at(now);
  return {
    eventId: timeOrderedId(recordedAt),
    unitId: id,
    unitPart: 'open',
    recordedAt,
    kind: 'many-patients',
    ...KINDS['many-patients'],
    outcome: 0,
    actor: { issuer, subject, login, name: login, roles: [] },
    clientId: 'worker',
    purpose: 'HOPERAT',
    legalBasis: 'reading-watch',
    resource: 'AuditEvent',
    objects: [`ReadingAlert/${id}`],
    requestId: id,
    entry: 'sweep',
    detail: { patients, from: from.toISOString(), to: now.toISOString() },
  };
}
