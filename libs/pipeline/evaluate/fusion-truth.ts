import { ece, observedExpected, recalibration, share } from './calibration.ts';
import { at, ranked, reweighted, type Ranked } from './predictions.ts';

/** One set in ten leaves out what happens. */
const MISS = 0.1;

/**
 * Calibration figures in expectation over what may happen to the same patients: each counts with the event by its computed chance, and without it
 * by the rest. It is the mean of the figure's parts over ever new draws of the outcomes, so the luck of one draw is not in it.
 * @param scores probabilities of `fused` and `pooled`, and the computed chance as `optimal`.
 * @param holds whether each patient's set holds no event, and an event.
 * @returns figures under `truth.`, for patients that count as often as asked.
 */
export function overOutcomes(
  scores: Readonly<Record<string, Float64Array>>,
  holds: readonly [without: Uint8Array, withIt: Uint8Array],
): (weight: (patient: number) => number) => Readonly<Record<string, number>> {
  const chance = scores['optimal'] ?? new Float64Array();
  const [own, pooled] = [twice(scores['fused'] ?? chance), twice(scores['pooled'] ?? chance)];
  // Even rows: the event happens; odd rows: it does not.
  const held = Uint8Array.from({ length: 2 * chance.length }, (_, row) => at(holds[row % 2 === 0 ? 1 : 0], row >> 1));
  return (weight) => {
    const likely = (row: number): number => weight(row >> 1) * (row % 2 === 0 ? at(chance, row >> 1) : 1 - at(chance, row >> 1));
    const [main, other] = [reweighted(own, likely), reweighted(pooled, likely)];
    const [error, pooledError] = [ece(main), ece(other)];
    return {
      'truth.slope': recalibration(main).slope,
      'truth.observedExpected': observedExpected(main),
      'truth.ece': error,
      'truth.pooledEce': pooledError,
      'truth.eceGain': pooledError - error,
      'truth.coverage': share(main, held),
    };
  };
}

/** Each patient as two rows of the same score, one with the event and one without. */
function twice(score: Float64Array): Ranked {
  const rows = { length: 2 * score.length };
  return ranked({ score: Float64Array.from(rows, (_, row) => at(score, row >> 1)), outcome: Uint8Array.from(rows, (_, row) => (row % 2 === 0 ? 1 : 0)) });
}

/**
 * Whether 90 % sets of the best possible score hold what happened, the sets made for exactly these patients from their computed chances: what they
 * miss of .9 is the luck of the outcomes that were drawn, and no score could know better.
 */
export function bestSets(chance: Float64Array, outcome: Uint8Array): Uint8Array {
  const strange = [chance, chance.map((p) => 1 - p)] as const;
  const limits = [quantileBy(strange[0], (row) => 1 - at(chance, row)), quantileBy(strange[1], (row) => at(chance, row))] as const;
  return Uint8Array.from(outcome, (y, row) => Number(y === 1 ? at(strange[1], row) <= limits[1] : at(strange[0], row) <= limits[0]));
}

/** Where all but one in ten of the weight lies. */
function quantileBy(values: Float64Array, weight: (row: number) => number): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => at(values, a) - at(values, b));
  const total = order.reduce((sum, row) => sum + weight(row), 0);
  let below = 0;
  for (const row of order) {
    below += weight(row);
    if (below >= (1 - MISS) * total) return at(values, row);
  }
  return Number.POSITIVE_INFINITY;
}
