import { seededRng } from '@concord/core/kernel';
import type { SourceBox } from './planted-film.ts';

/** What one film gave. */
export interface FilmFigures {
  /** The middle of the strongest region lies in the mass; undefined where no place is known, on a real film. */
  readonly pointed: boolean | undefined;
  /** Intersection over union of the strongest region and the mass. */
  readonly overlap: number | undefined;
  /** Regions that are named, and how many of them held when they were covered in another way. */
  readonly named: number;
  readonly holding: number;
  /** The most that one of them moves the logit, to either side. */
  readonly moved: number;
  /** Probability that goes when the strongest region is covered, by the cover that it is judged by (DeYoung et al. 2020). */
  readonly comprehensiveness: number;
  /** Covered pictures that finding and proving its regions took, and processor time of all threads with them. */
  readonly covers: number;
  readonly processorSeconds: number;
  /** The strongest cell of the map lies in the mass. */
  readonly mapPointed: boolean | undefined;
  /** Area under the score while cells are taken away in the order of the map, of chance, and of nearness to the middle; lower is better. */
  readonly deletion: { readonly map: number; readonly random: number; readonly centre: number };
  /** Rank correlation of the map with that of the same network with random weights; undefined where the bundle holds none. */
  readonly randomised: number | undefined;
}

export function overlapOf(a: SourceBox, b: SourceBox): number {
  const across = Math.max(0, Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]));
  const down = Math.max(0, Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]));
  return (across * down) / (a[2] * a[3] + b[2] * b[3] - across * down);
}

export function isIn([px, py]: readonly [number, number], [x, y, width, height]: SourceBox): boolean {
  return px >= x && px < x + width && py >= y && py < y + height;
}

/** Spearman's rank correlation; ties share their mean rank. */
export function rankCorrelation(a: Float32Array, b: Float32Array): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  let [both, left, right] = [0, 0, 0];
  x.forEach((rank, at) => {
    const [dx, dy] = [rank - mean, (y[at] ?? 0) - mean];
    both += dx * dy;
    left += dx * dx;
    right += dy * dy;
  });
  return left === 0 || right === 0 ? 0 : both / Math.sqrt(left * right);
}

function ranks(values: Float32Array): Float64Array {
  const order = [...values.keys()].sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranked = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let at = from; at <= to; at += 1) ranked[order[at] ?? 0] = (from + to) / 2;
    from = to + 1;
  }
  return ranked;
}

/** Films drawn again for a 95 % interval. */
const DRAWS = 1000;

/** Mean over films with its 95 % bootstrap interval by film. */
export function meanWithInterval(values: readonly number[], seed: number): readonly [mean: number, low: number, high: number] {
  const rng = seededRng(`mean-${seed}`);
  const meanOf = (pick: (at: number) => number): number => values.reduce((sum, _, at) => sum + pick(at), 0) / values.length;
  const drawn = Array.from({ length: DRAWS }, () => meanOf(() => values[Math.floor(rng.next() * values.length)] ?? 0)).sort((a, b) => a - b);
  return [meanOf((at) => values[at] ?? 0), drawn[Math.floor(0.025 * DRAWS)] ?? 0, drawn[Math.floor(0.975 * DRAWS)] ?? 0];
}
