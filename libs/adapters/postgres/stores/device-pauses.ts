import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import { days, invariant, minus } from '@concord/core/kernel';
import type { DeviceUse, NewObservation } from '@concord/core/ports';
import { at, date, given, type PatientKey } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';

const LOOKED_BACK = days(30);

const DEVICES = `SELECT u.device, u.last_at, p.starts_at AS paused_since FROM (
    SELECT o.device, max(o.effective_at) AS last_at FROM observations o
    WHERE o.patient_key = $4 AND o.device IS NOT NULL AND o.effective_at > $5 AND ${reachable('o')} GROUP BY 1
    UNION SELECT d.device, d.starts_at FROM device_pauses d WHERE d.patient_key = $4 AND d.ends_at IS NULL
      AND NOT EXISTS (SELECT FROM observations s WHERE s.patient_key = $4 AND s.device = d.device AND s.effective_at > $5)) u
  LEFT JOIN device_pauses p ON p.patient_key = $4 AND p.device = u.device AND p.ends_at IS NULL ORDER BY u.device`;

export async function devicesOf(tx: Transaction, patientId: PatientId): Promise<readonly DeviceUse[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  tx.handOut(key);
  const values = [...tx.reachValues, key, date(minus(tx.now, LOOKED_BACK))];
  const rows = await tx.rows<{ device: string; last_at: Date; paused_since: Date | null }>('devices-of', DEVICES, values);
  return rows.map((row) => ({
    device: row.device,
    lastAt: at(row.last_at),
    ...given({ pausedSince: row.paused_since === null ? null : at(row.paused_since) }),
  }));
}

export async function pauseDevice(tx: Transaction, patientId: PatientId, device: string): Promise<void> {
  const key = await decidedKey(tx, patientId);
  const text = `INSERT INTO device_pauses (id, patient_key, device, starts_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (patient_key, device) WHERE ends_at IS NULL DO NOTHING`;
  await tx.rows('device-pause', text, [randomUUID(), key, device, date(tx.now)]);
}

export async function resumeDevice(tx: Transaction, patientId: PatientId, device: string): Promise<void> {
  const key = await decidedKey(tx, patientId);
  const text = 'UPDATE device_pauses SET ends_at = $3 WHERE patient_key = $1 AND device = $2 AND ends_at IS NULL';
  await tx.rows('device-resume', text, [key, device, date(tx.now)]);
}

/** The pseudonym of the patient whom the request was decided about. */
export async function decidedKey(tx: Transaction, patientId: PatientId): Promise<PatientKey> {
  const key = await tx.keyOf(patientId);
  invariant(key !== undefined, 'a word about a device is about the patient who was decided about');
  tx.touched.add(key);
  return key;
}

const STOPPED = `SELECT r.place, p.paused, e.ended FROM unnest($1::int[], $2::uuid[], $3::text[], $4::timestamptz[]) AS r (place, patient_key, device, effective_at)
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM device_pauses p WHERE p.patient_key = r.patient_key AND p.device = r.device AND p.starts_at <= r.effective_at
    AND (p.ends_at IS NULL OR r.effective_at < p.ends_at)) AS paused) p
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM device_ends e WHERE e.patient_key = r.patient_key AND e.device = r.device AND e.ends_at <= r.effective_at
    AND (e.lifted_at IS NULL OR r.effective_at < e.lifted_at)) AS ended) e WHERE p.paused OR e.ended`;

/** Places in the batch whose reading falls into a pause that the patient made, and those after somebody said that the device is not on this patient. */
export interface Stopped {
  readonly paused: ReadonlySet<number>;
  readonly ended: ReadonlySet<number>;
}

export async function stoppedReadings(tx: Transaction, records: readonly NewObservation[]): Promise<Stopped> {
  const measured = records.flatMap(({ patientId, device, effectiveAt }, place) =>
    device === undefined ? [] : [{ place, key: tx.writeKey(patientId), device, effectiveAt }],
  );
  if (measured.length === 0) return { paused: new Set(), ended: new Set() };
  const columns = [
    measured.map(({ place }) => place),
    measured.map(({ key }) => key),
    measured.map(({ device }) => device),
    measured.map((one) => date(one.effectiveAt)),
  ];
  const rows = await tx.rows<{ place: number; paused: boolean; ended: boolean }>('devices-stopped', STOPPED, columns);
  const places = (of: 'paused' | 'ended') => new Set(rows.filter((row) => row[of]).map(({ place }) => place));
  return { paused: places('paused'), ended: places('ended') };
}
