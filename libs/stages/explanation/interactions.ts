import { invariant } from '@concord/core/kernel';

/** What two players say only together. */
export interface Interaction {
  readonly pair: readonly [first: number, second: number];
  /** In the unit of the values; 0 where the second changes nothing about what the first adds. */
  readonly value: number;
}

/**
 * Pairwise Shapley interaction indices from the same coalitions as the Shapley values: the mean, over all sets of others, of what
 * the pair adds together less what each adds alone.
 * @param values of the subsets in the order of `coalitionsOf`: `values[bits]`.
 * @returns one entry per pair, first < second.
 * Source: Grabisch and Roubens 1999.
 */
export function interactions(players: number, values: readonly number[]): readonly Interaction[] {
  invariant(values.length === 2 ** players, 'a value for every coalition');
  const pairs = Array.from({ length: players }, (_, first) =>
    Array.from({ length: players - first - 1 }, (_second, step) => [first, first + step + 1] as const),
  ).flat();
  return pairs.map((pair) => ({ pair, value: indexOf(pair, players, values) }));
}

function indexOf([first, second]: readonly [number, number], players: number, values: readonly number[]): number {
  const [a, b] = [1 << first, 1 << second];
  const valueOf = (bits: number): number => values[bits] ?? 0;
  let sum = 0;
  for (let bits = 0; bits < values.length; bits += 1) {
    if ((bits & a) !== 0 || (bits & b) !== 0) continue;
    sum += weight(countOf(bits), players) * (valueOf(bits | a | b) - valueOf(bits | a) - valueOf(bits | b) + valueOf(bits));
  }
  return sum;
}

/** |S|! (n - |S| - 2)! / (n - 1)! */
function weight(size: number, players: number): number {
  return (factorial(size) * factorial(players - size - 2)) / factorial(players - 1);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function countOf(bits: number): number {
  return bits === 0 ? 0 : (bits & 1) + countOf(bits >> 1);
}
