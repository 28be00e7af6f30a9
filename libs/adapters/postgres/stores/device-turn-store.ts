import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import type { DeviceHere, DeviceTurnStore, HeldOutcome, HeldReadings, PatientRecord } from '@concord/core/ports';
import { at, date, given } from '../rows.ts';
import { OBSERVED, reachable, reachableCare, type Transaction } from '../transaction.ts';
import { decidedKey } from './device-pauses.ts';
import { patientsByKey } from './patient-row.ts';

/** A device that has said nothing for so long is not listed as speaking for the patient. */
const LATELY = hours(24);

export function deviceTurnStore(tx: Transaction): DeviceTurnStore {
  return {
    of: (patientId) => devicesHere(tx, patientId),
    end: (patientId, device) => end(tx, patientId, device),
    putBack: (patientId, device) => putBack(tx, patientId, device),
    settle: (...asked: Parameters<DeviceTurnStore['settle']>) => settle(tx, ...asked),
    waiting: (count) => waiting(tx, count),
  };
}

const WAITS = 'o.held_modality IS NOT NULL AND o.held_outcome IS NULL AND o.superseded_at IS NULL AND o.retracted_at IS NULL';
const HELD = 'count(*)::int AS held, min(o.effective_at) AS oldest, max(o.effective_at) AS newest';

const HERE = `SELECT device, l.newest_at, l.contested_at, e.ends_at, e.login, h.held, h.oldest, h.newest FROM (
    SELECT d.label AS device, max(coalesce(o.newest_at, o.starts_at)) AS newest_at, max(o.contested_at) FILTER (WHERE o.contested_at > $5) AS contested_at
    FROM device_links o JOIN devices d ON d.id = o.device_id
    WHERE o.patient_key = $4 AND o.replaced_at IS NULL AND (o.contested_at > $5 OR (o.ends_at IS NULL AND coalesce(o.newest_at, o.starts_at) > $5))
      AND ${reachable('o')} GROUP BY 1) l
  FULL JOIN (SELECT e.device, e.ends_at, e.login FROM device_ends e WHERE e.patient_key = $4 AND e.lifted_at IS NULL AND ${reachableCare('e')}) e USING (device)
  FULL JOIN (SELECT o.device, ${HELD} FROM observations o WHERE o.patient_key = $4 AND ${WAITS} AND ${reachable('o', OBSERVED)} GROUP BY 1) h USING (device)
  ORDER BY device`;

interface HereRow {
  readonly device: string;
  readonly newest_at: Date | null;
  readonly contested_at: Date | null;
  readonly ends_at: Date | null;
  readonly login: string | null;
  readonly held: number | null;
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

async function devicesHere(tx: Transaction, patientId: PatientId): Promise<readonly DeviceHere[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  tx.handOut(key);
  return (await tx.rows<HereRow>('devices-here', HERE, [...tx.reachValues, key, date(minus(tx.now, LATELY))])).map(toDevice);
}

function toDevice({ device, newest_at, contested_at, ends_at, login, held, oldest, newest }: HereRow): DeviceHere {
  const instantOf = (time: Date | null) => (time === null ? null : at(time));
  return {
    device,
    ...given({ newestAt: instantOf(newest_at), contestedAt: instantOf(contested_at) }),
    ...(ends_at === null ? {} : { ended: { at: at(ends_at), by: login ?? '' } }),
    ...(held === null || oldest === null || newest === null ? {} : { held: { count: held, oldest: at(oldest), newest: at(newest) } }),
  };
}

const END = `INSERT INTO device_ends (id, patient_key, device, ends_at, issuer, subject, login) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (patient_key, device) WHERE lifted_at IS NULL DO NOTHING`;

async function end(tx: Transaction, patientId: PatientId, device: string): Promise<void> {
  const { issuer, subject, login } = tx.request.actor;
  await tx.rows('device-end', END, [randomUUID(), await decidedKey(tx, patientId), device, date(tx.now), issuer, subject, login]);
}

const PUT_BACK = 'UPDATE device_ends SET lifted_at = $3, lifted_login = $4 WHERE patient_key = $1 AND device = $2 AND lifted_at IS NULL';

async function putBack(tx: Transaction, patientId: PatientId, device: string): Promise<void> {
  await tx.rows('device-put-back', PUT_BACK, [await decidedKey(tx, patientId), device, date(tx.now), tx.request.actor.login]);
}

async function settle(tx: Transaction, patientId: PatientId, device: string, outcome: HeldOutcome): Promise<number> {
  await decidedKey(tx, patientId);
  const [row] = await tx.rows<{ settled: number }>('held-settle', 'SELECT app.settle_held($1, $2) AS settled', [device, outcome]);
  return row?.settled ?? 0;
}

const WAITING = `SELECT o.patient_key, o.device, ${HELD} FROM observations o WHERE ${WAITS} AND ${reachable('o', OBSERVED)}
  GROUP BY 1, 2 ORDER BY newest DESC, 1, 2 LIMIT $4`;

interface WaitingRow {
  readonly patient_key: string;
  readonly device: string;
  readonly held: number;
  readonly oldest: Date;
  readonly newest: Date;
}

async function waiting(tx: Transaction, count: number): ReturnType<DeviceTurnStore['waiting']> {
  const rows = await tx.rows<WaitingRow>('held-waiting', WAITING, [...tx.reachValues, count]);
  const keys = [...new Set(rows.map(({ patient_key }) => patient_key))];
  await tx.meet(keys);
  const patients = await patientsByKey(tx, keys);
  const found: { readonly patient: PatientRecord; readonly held: readonly HeldReadings[] }[] = [];
  for (const key of keys) {
    const patient = patients.get(key);
    if (patient !== undefined) found.push({ patient, held: rows.filter(({ patient_key }) => patient_key === key).map(toHeld) });
  }
  return found;
}

function toHeld({ device, held, oldest, newest }: WaitingRow): HeldReadings {
  return { device, count: held, oldest: at(oldest), newest: at(newest) };
}
