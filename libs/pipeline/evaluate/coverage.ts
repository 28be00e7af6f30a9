import type { Draw } from './bootstrap.ts';

export interface CoveredRows {
  readonly outcome: Uint8Array;
  /** 1 where the conformal set of the row held its outcome. */
  readonly covered: Uint8Array;
  /** Index of the patient, from 0. */
  readonly patient: Uint32Array;
  readonly patients: number;
}

export interface ClassCoverage {
  /** Mean over patients of the share of own rows that were covered; NaN where nobody has such rows. */
  readonly share: (draw?: Draw) => number;
  /** Patients with rows of the class. */
  readonly patients: number;
}

/**
 * Coverage of the rows with or without the event, each patient counting once: hours of one stay fail together, so the unit that a
 * conformal set promises something about is the patient.
 * Source: Vovk et al. 2005, label-conditional sets; Dunn et al. 2023, sets for hierarchical data.
 */
export function classCoverage({ outcome, covered, patient, patients }: CoveredRows, event: 0 | 1): ClassCoverage {
  const rows = new Float64Array(patients);
  const held = new Float64Array(patients);
  outcome.forEach((y, row) => {
    if (y !== event) return;
    const own = patient[row] ?? 0;
    rows[own] = (rows[own] ?? 0) + 1;
    held[own] = (held[own] ?? 0) + (covered[row] ?? 0);
  });
  const asked = [...rows.keys()].filter((own) => (rows[own] ?? 0) > 0);
  const shares = asked.map((own) => (held[own] ?? 0) / (rows[own] ?? 1));
  const share = (draw?: Draw): number => {
    let [sum, total] = [0, 0];
    shares.forEach((value, place) => {
      const weight = draw === undefined ? 1 : (draw[asked[place] ?? 0] ?? 0);
      sum += weight * value;
      total += weight;
    });
    return sum / total;
  };
  return { share, patients: asked.length };
}
