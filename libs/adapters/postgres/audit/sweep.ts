import { createHash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import { KINDS } from '@concord/governance/audit';
import { inTransactionOf } from '../in-transaction.ts';
import { asPatientKey, asWritten, at, timeOrderedId } from '../rows.ts';
import type { StoredEvent } from './event.ts';
import { noticeReaders, type ReadingWatch } from './many-patients.ts';
import { RENEW_AFTER, STUDY_UNIT } from './units.ts';
import { writeEvents } from './write.ts';

/** A worklist that was not renewed for a quarter of an hour and a poll has nobody before it any more. */
const WORKLIST_SILENT_MS = RENEW_AFTER + 5 * 60_000;
const UNITS_MAX = 500;

interface EndedUnit {
  readonly id: string;
  readonly kind: string;
  readonly issuer: string;
  readonly subject: string;
  readonly opening: unknown;
  readonly patients: number;
  readonly instances: readonly string[] | null;
  readonly bytes: number;
  readonly now: Date;
}

const ENDED = `SELECT u.id, u.kind, u.issuer, u.subject, u.opening, clock_timestamp() AS now,
    (SELECT count(DISTINCT m.patient_key)::int FROM audit_unit_marks m WHERE m.unit_id = u.id) AS patients,
    (SELECT array_agg(DISTINCT i ORDER BY i) FROM audit_unit_tallies t, unnest(t.instances) i WHERE t.unit_id = u.id) AS instances,
    (SELECT coalesce(sum(t.byte_count), 0)::float8 FROM audit_unit_tallies t WHERE t.unit_id = u.id) AS bytes
  FROM audit_units u WHERE NOT EXISTS (SELECT FROM audit_unit_closings c WHERE c.unit_id = u.id) AND (
    (u.kind = 'dicom-study' AND u.opened_at < now() - $1 * interval '1 millisecond')
    OR (u.kind = 'worklist' AND u.opened_at < now() - $2 * interval '1 millisecond'
        AND NOT EXISTS (SELECT FROM audit_unit_marks m WHERE m.unit_id = u.id AND m.marked_at > now() - $2 * interval '1 millisecond')))
  ORDER BY u.opened_at LIMIT ${UNITS_MAX}`;

/**
 * Closes the units that have ended, each with one event: what left in it, in counts and one hash. The worker's work, once a
 * minute; several at once close each unit once. Beside it, the officer is told of readers of many patients.
 * @returns how many it closed.
 */
export async function closeAuditUnits(pool: Pool, watch?: ReadingWatch): Promise<number> {
  return inTransactionOf(pool, async (client) => {
    await client.query("SELECT set_config('app.sweep', 'audit-units', true)");
    const { rows } = await client.query<EndedUnit>(ENDED, [STUDY_UNIT, WORKLIST_SILENT_MS]);
    let closed = 0;
    for (const unit of rows) closed += await close(client, unit);
    closed += await endGrants(client);
    if (watch !== undefined) await noticeReaders(client, watch);
    return closed;
  });
}

/** Begins the record's next partition in time. @throws when the table cannot be locked for the moment that this takes: the next sweep does it. */
export async function keepRecordTurning(pool: Pool): Promise<void> {
  await pool.query('SELECT app.keep_record_turning()');
}

/** Emergency grants whose time is over: each ends with one event in the name of who held it. */
const EXPIRED = `INSERT INTO emergency_ends (grant_id, patient_key, how, ended_at)
  SELECT g.id, g.patient_key, 'expired', g.ends_at FROM emergency_grants g
  WHERE g.ends_at <= now() AND NOT EXISTS (SELECT FROM emergency_ends e WHERE e.grant_id = g.id) LIMIT ${UNITS_MAX}
  ON CONFLICT DO NOTHING RETURNING grant_id`;
const HELD = `SELECT g.id, g.patient_key, g.issuer, g.subject, g.login, g.purpose, g.ends_at, clock_timestamp() AS now FROM emergency_grants g WHERE g.id = ANY ($1::uuid[])`;

interface EndedGrant {
  readonly id: string;
  readonly patient_key: string;
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly purpose: string;
  readonly ends_at: Date;
  readonly now: Date;
}

async function endGrants(client: ClientBase): Promise<number> {
  const ended = await client.query<{ grant_id: string }>(EXPIRED);
  if (ended.rows.length === 0) return 0;
  const { rows } = await client.query<EndedGrant>(HELD, [ended.rows.map(({ grant_id }) => grant_id)]);
  for (const grant of rows) {
    await client.query("SELECT set_config('app.issuer', $1, true), set_config('app.subject', $2, true)", [grant.issuer, grant.subject]);
    await writeEvents(client, [endEvent(grant)]);
  }
  return rows.length;
}

function endEvent({ id, patient_key, issuer, subject, login, purpose, now }: EndedGrant): StoredEvent {
  const recordedAt = at(now);
  return {
    eventId: timeOrderedId(recordedAt),
    unitId: id,
    unitPart: 'close',
    recordedAt,
    kind: 'break-glass-stop',
    ...KINDS['break-glass-stop'],
    outcome: 0,
    actor: { issuer, subject, login, name: login, roles: [] },
    clientId: 'worker',
    purpose,
    legalBasis: `break-glass/${id}`,
    patientKey: asPatientKey(patient_key),
    resource: 'BreakGlass',
    objects: [`BreakGlass/${id}`],
    requestId: id,
    entry: 'sweep',
  };
}

async function close(client: ClientBase, unit: EndedUnit): Promise<number> {
  const claimed = await client.query('INSERT INTO audit_unit_closings (unit_id, closed_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [unit.id, unit.now]);
  if (claimed.rowCount === 0) return 0;
  // The line is written in the name of whom the unit belongs to; that is what the policy of the record asks.
  await client.query("SELECT set_config('app.issuer', $1, true), set_config('app.subject', $2, true)", [unit.issuer, unit.subject]);
  const opening = asWritten<StoredEvent>(unit.opening);
  const recordedAt = at(unit.now);
  await writeEvents(client, [
    { ...opening, eventId: timeOrderedId(recordedAt), unitId: unit.id, unitPart: 'close', recordedAt, objects: [], detail: tallyOf(unit) },
  ]);
  return 1;
}

function tallyOf({ kind, patients, instances, bytes }: EndedUnit): unknown {
  if (kind === 'worklist') return { patients };
  const list = instances ?? [];
  return { instances: list.length, bytes, instancesSha256: createHash('sha256').update(list.join('\n')).digest('hex') };
}
