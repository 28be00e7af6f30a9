import {
  drawRows,
  optimalGame,
  TOKEN_COLUMNS,
  TOKEN_FINDINGS,
  TOKEN_HEADS,
  TOKEN_SOURCES,
  tokenCohort,
  TOKENS_PER_SOURCE,
  type CohortWish,
  type Measured,
} from '@concord/generator';
import type { NpzArray } from './npz.ts';

/** How the patients of the three parts are measured: all subsets are cut from complete ones, calibration sees patients as they come. */
const PARTS: readonly { readonly name: string; readonly share: number; readonly measured: Measured }[] = [
  { name: 'train', share: 0.5, measured: 'complete' },
  { name: 'calibration', share: 0.5, measured: 'by-severity' },
];

const TRUTH_ROWS = 4_000;
/** How often what happens to a patient of the training part is drawn. The label is the first; `events` counts them all. */
const OUTCOMES = 16;

/**
 * Token-level patients with known truth, for the bundle `benchmark-fusion`. The evaluation draws its own from other seeds.
 * A last part, `truth`, is complete and holds what the best possible score would be, for the lab to compare with.
 * @returns per part: a tensor per source `[n, 3, columns]`, `age` [n, 3, 3] hours, `measured` [n, 3], `labels` [n, heads] (-1 = not asked),
 *   `events` [n, heads]: of the outcomes drawn.
 */
export function fusionTensors(count: number, seed: number): readonly NpzArray[] {
  const truth: CohortWish = { seed: `truth-${seed}`, count: TRUTH_ROWS, measured: 'complete' };
  return [
    ...PARTS.flatMap(({ name, share, measured }) => partOf(name, { seed: `${name}-${seed}`, count: Math.round(count * share), measured, outcomes: OUTCOMES })),
    ...partOf('truth', truth),
    { name: 'outcomes', shape: [1], data: Int32Array.of(OUTCOMES) },
    { name: 'truth_optimal', shape: [TRUTH_ROWS, TOKEN_HEADS.length, 2 ** TOKEN_SOURCES.length], data: optimal(truth) },
  ];
}

function optimal(wish: CohortWish): Float32Array<ArrayBuffer> {
  return Float32Array.from([...tokenCohort(wish)].flatMap((patient) => TOKEN_HEADS.flatMap((head) => optimalGame(patient, TOKEN_SOURCES, head))));
}

function partOf(name: string, wish: CohortWish): readonly NpzArray[] {
  const { data, ageHours, measured, labels, events, findings } = drawRows(wish);
  const n = wish.count;
  return [
    ...TOKEN_SOURCES.map((source): NpzArray => ({
      name: `${name}_${source}`,
      shape: [n, TOKENS_PER_SOURCE, TOKEN_COLUMNS[source].length],
      data: data[source],
    })),
    { name: `${name}_age`, shape: [n, TOKEN_SOURCES.length, TOKENS_PER_SOURCE], data: ageHours },
    { name: `${name}_measured`, shape: [n, TOKEN_SOURCES.length], data: measured },
    { name: `${name}_labels`, shape: [n, TOKEN_HEADS.length], data: labels },
    { name: `${name}_events`, shape: [n, TOKEN_HEADS.length], data: events },
    { name: `${name}_findings`, shape: [n, TOKEN_FINDINGS], data: findings },
  ];
}
