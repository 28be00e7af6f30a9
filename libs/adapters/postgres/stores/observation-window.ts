import type { PatientId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import type { SeriesPoint } from '@concord/core/ports';
import { date } from '../rows.ts';
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
  readonly at: number;
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
const WINDOW = `SELECT code, device, extract(epoch FROM bin)::float8 * 1000 AS at, mean, min, max, n, text FROM (
    SELECT o.code, o.device, date_bin($4::interval, o.effective_at, $5::timestamptz) AS bin,
      avg(o.number) AS mean, min(o.number) AS min, max(o.number) AS max, count(*)::int AS n, max(o.text) AS text
    FROM observations o
    WHERE o.patient_key = $7 AND o.code = ANY ($8::text[]) AND o.effective_at >= $5 AND o.effective_at < $6
      AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND ${reachable('o')}
    GROUP BY 1, 2, 3) points`;

export async function seriesWindow(tx: Transaction, { patientId, codes, from, to, stepMs }: Window): Promise<readonly SeriesPoint[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  const rows = await tx.rows<PointRow>('observation-window', WINDOW, [...tx.reachValues, `${stepMs} milliseconds`, date(from), date(to), key, codes]);
  if (rows.length > 0) tx.handOut(key);
  // Sorted here: the database's cores are the scarce ones.
  return rows.map(toPoint).sort((a, b) => a.at - b.at || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
}

function toPoint({ code, device, at, mean, min, max, n, text }: PointRow): SeriesPoint {
  const point = { code, device, at: instant(at), mean: mean ?? Number.NaN, min: min ?? Number.NaN, max: max ?? Number.NaN, count: n };
  return text === null ? point : { ...point, text };
}
