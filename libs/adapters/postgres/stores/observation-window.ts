import type { PatientId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { SeriesPoint } from '@concord/core/ports';
import { at, date, given } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';

interface Window {
  readonly patientId: PatientId;
  readonly codes: readonly string[];
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: number;
}

interface PointRow {
  readonly code: string;
  readonly device: string | null;
  readonly at: Date;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly n: number;
  readonly text: string | null;
}

/**
 * One row for each code, device and step. The index on (patient, code, time) holds what stands now, so a day of one patient
 * costs its own rows, however many the patient has.
 */
export const WINDOW = `SELECT o.code, o.device, date_bin($4::interval, o.effective_at, $5::timestamptz) AS at,
    avg(o.number) AS mean, min(o.number) AS min, max(o.number) AS max, count(*)::int AS n, max(o.text) AS text
  FROM observations o
  WHERE o.patient_key = $7 AND o.code = ANY ($8::text[]) AND o.effective_at >= $5 AND o.effective_at < $6
    AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND ${reachable('o')}
  GROUP BY o.code, o.device, 3 ORDER BY 3, o.code, o.device`;

export async function seriesWindow(tx: Transaction, { patientId, codes, from, to, stepMs }: Window): Promise<readonly SeriesPoint[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  const rows = await tx.rows<PointRow>('observation-window', WINDOW, [...tx.reachValues, `${stepMs} milliseconds`, date(from), date(to), key, codes]);
  if (rows.length > 0) tx.handOut(key);
  return rows.map((row) => ({
    code: row.code,
    device: row.device,
    at: at(row.at),
    mean: row.mean ?? Number.NaN,
    min: row.min ?? Number.NaN,
    max: row.max ?? Number.NaN,
    count: row.n,
    ...given({ text: row.text }),
  }));
}
