import type { Rng } from '@concord/core/ports';
import { percentileInterval } from './bootstrap.ts';
import type { Judged } from './detail.ts';

/** What one patient adds to a ratio. */
export interface Part {
  top: number;
  bottom: number;
}

const DRAWS = 300;

/** Sums by patient, so that all rows of a patient are drawn together. */
export function byPatient<R extends { readonly patient: number }>(
  rows: readonly R[],
  part: (row: R) => readonly [top: number, bottom: number],
): readonly Part[] {
  const sums = new Map<number, Part>();
  for (const row of rows) {
    const sum = sums.get(row.patient) ?? { top: 0, bottom: 0 };
    const [top, bottom] = part(row);
    sum.top += top;
    sum.bottom += bottom;
    sums.set(row.patient, sum);
  }
  return [...sums.values()];
}

/** Ratio of the sums with its 95 % percentile interval over whole patients; null where nothing stands below the line. */
export function ratio(parts: readonly Part[], rng: Rng): Judged {
  const value = quotient(
    parts.reduce((sum, { top }) => sum + top, 0),
    parts.reduce((sum, { bottom }) => sum + bottom, 0),
  );
  if (value === null) return { value: null, interval: null };
  const draws: number[] = [];
  for (let draw = 0; draw < DRAWS; draw += 1) {
    let [top, bottom] = [0, 0];
    for (let pick = 0; pick < parts.length; pick += 1) {
      const part = parts[Math.floor(rng.next() * parts.length)];
      top += part?.top ?? 0;
      bottom += part?.bottom ?? 0;
    }
    const drawn = quotient(top, bottom);
    if (drawn !== null) draws.push(drawn);
  }
  return { value, interval: draws.length === 0 ? null : percentileInterval(draws) };
}

function quotient(top: number, bottom: number): number | null {
  return bottom > 0 ? top / bottom : null;
}
