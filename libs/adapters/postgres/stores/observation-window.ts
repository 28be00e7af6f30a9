import type { PatientId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import type { SeriesPoint } from '@concord/core/ports';
import { date } from '../rows.ts';
import { OBSERVED, reachable, type Transaction } from '../transaction.ts';

interface Window {
  readonly patientId: PatientId;
  readonly codes: readonly string[];
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: number;
}

/** One series, its columns packed in the wire form of the server: a day of seven signs is ten thousand rows to write and parse else. */
interface SeriesRow {
  readonly code: string;
  readonly device: string | null;
  /** Microseconds since 2000, eight bytes each. */
  readonly bins: Buffer;
  readonly means: Buffer;
  readonly mins: Buffer;
  readonly maxs: Buffer;
  /** Four bytes each. */
  readonly counts: Buffer;
  readonly texts: readonly (string | null)[] | null;
}

/** The server counts time from here. */
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);

/**
 * One point for each code, device and step. The index on (patient, code, time) holds what stands now, so a day of one patient
 * costs its own rows, however many the patient has.
 */
const WINDOW = `SELECT code, device, string_agg(timestamptz_send(bin), '') AS bins, string_agg(float8send(mean), '') AS means,
    string_agg(float8send(min), '') AS mins, string_agg(float8send(max), '') AS maxs, string_agg(int4send(n), '') AS counts,
    CASE WHEN count(text) > 0 THEN array_to_json(array_agg(text)) END AS texts
  FROM (
    SELECT o.code, o.device, date_bin($4::interval, o.effective_at, $5::timestamptz) AS bin, coalesce(avg(o.number), 'NaN') AS mean,
      coalesce(min(o.number), 'NaN') AS min, coalesce(max(o.number), 'NaN') AS max, count(*)::int AS n, max(o.text) AS text
    FROM observations o
    WHERE o.patient_key = $7 AND o.code = ANY ($8::text[]) AND o.effective_at >= $5 AND o.effective_at < $6
      AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND o.modality IS NOT NULL AND ${reachable('o', OBSERVED)}
    GROUP BY 1, 2, 3) points
  GROUP BY 1, 2`;

/** Oldest first; of one step by code. A coded answer has no number: its figures are NaN. */
export async function seriesWindow(tx: Transaction, { patientId, codes, from, to, stepMs }: Window): Promise<readonly SeriesPoint[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  const rows = await tx.rows<SeriesRow>('observation-window', WINDOW, [...tx.reachValues, `${stepMs} milliseconds`, date(from), date(to), key, codes]);
  if (rows.length > 0) tx.handOut(key);
  // Sorted here: the database's cores are the scarce ones.
  return rows.flatMap(unpack).sort((a, b) => a.at - b.at || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
}

function unpack({ code, device, bins, means, mins, maxs, counts, texts }: SeriesRow): readonly SeriesPoint[] {
  return Array.from({ length: counts.length / 4 }, (_, i) => {
    const at = instant(EPOCH_2000_MS + Number(bins.readBigInt64BE(i * 8)) / 1000);
    const figures = { mean: means.readDoubleBE(i * 8), min: mins.readDoubleBE(i * 8), max: maxs.readDoubleBE(i * 8), count: counts.readInt32BE(i * 4) };
    const text = texts?.[i];
    return typeof text === 'string' ? { code, device, at, ...figures, text } : { code, device, at, ...figures };
  });
}
