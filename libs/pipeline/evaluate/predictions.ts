import { invariant } from '@concord/core/kernel';

/** Scores with outcomes, row by row; all arrays have the same length. */
export interface Predictions {
  /** Anything that ranks; a probability where a metric says so. */
  readonly score: Float64Array;
  /** 1 = the outcome happened. */
  readonly outcome: Uint8Array;
}

/**
 * Predictions in ascending order of score, with how often each row counts. A bootstrap draw is the same rows with other
 * weights, so it costs no sort.
 */
export interface Ranked extends Predictions {
  /** Whole numbers; 1 for every row of the sample itself. */
  readonly weight: Float64Array;
  /** Row of the original predictions that stands at each place. */
  readonly origin: Uint32Array;
}

/** Sorts once, stably, so that ties keep the order of the rows. */
export function ranked({ score, outcome }: Predictions): Ranked {
  invariant(score.length === outcome.length, 'a score for every outcome');
  const origin = Uint32Array.from(score.keys()).sort((a, b) => at(score, a) - at(score, b) || a - b);
  return {
    score: Float64Array.from(origin, (row) => at(score, row)),
    outcome: Uint8Array.from(origin, (row) => at(outcome, row)),
    weight: new Float64Array(score.length).fill(1),
    origin,
  };
}

/** The same rows, counted as often as `weightOfRow` says of the original row. */
export function reweighted(rows: Ranked, weightOfRow: (row: number) => number): Ranked {
  return { ...rows, weight: Float64Array.from(rows.origin, weightOfRow) };
}

/** The element, which the caller knows to be there. */
export function at(values: Float64Array | Uint8Array | Uint32Array, place: number): number {
  return values[place] ?? Number.NaN;
}
