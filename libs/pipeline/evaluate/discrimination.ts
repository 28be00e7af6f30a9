import { at, ranked, type Ranked } from './predictions.ts';

interface TieGroup {
  readonly score: number;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Area under the ROC curve: the chance that a row with the outcome scores higher than one without, ties counting half.
 * @returns NaN when one of the two is missing.
 */
export function auroc(rows: Ranked): number {
  let below = 0;
  let won = 0;
  let positives = 0;
  for (const group of tieGroups(rows)) {
    won += group.positives * (below + group.negatives / 2);
    below += group.negatives;
    positives += group.positives;
  }
  return won / (positives * below);
}

/**
 * Average precision: precision at each distinct threshold, weighted by the recall it adds. No interpolation.
 * @returns NaN when no row has the outcome.
 */
export function auprc(rows: Ranked): number {
  const groups = [...tieGroups(rows)];
  const positives = groups.reduce((sum, group) => sum + group.positives, 0);
  let found = 0;
  let called = 0;
  let area = 0;
  for (const group of groups.reverse()) {
    found += group.positives;
    called += group.positives + group.negatives;
    if (group.positives > 0) area += (group.positives / positives) * (found / called);
  }
  return positives === 0 ? Number.NaN : area;
}

/** Rows of equal score, ascending. */
function* tieGroups({ score, outcome, weight }: Ranked): Generator<TieGroup> {
  let place = 0;
  while (place < score.length) {
    const value = at(score, place);
    let positives = 0;
    let negatives = 0;
    for (; place < score.length && at(score, place) === value; place += 1) {
      if (at(outcome, place) === 1) positives += at(weight, place);
      else negatives += at(weight, place);
    }
    if (positives + negatives > 0) yield { score: value, positives, negatives };
  }
}

/** Area under the curve of rows that count differently. @param weight how often each row counts. */
export function weightedAuroc(score: Float64Array, outcome: Uint8Array, weight: (unit: number) => number): number {
  const rows = ranked({ score, outcome });
  return auroc({ ...rows, weight: Float64Array.from(rows.origin, weight) });
}
