import { invariant } from '@concord/core/kernel';

/** Every subset of `players`, the empty one first and all of them last. */
export function coalitionsOf<P>(players: readonly P[]): readonly (readonly P[])[] {
  return Array.from({ length: 2 ** players.length }, (_, bits) => players.filter((_player, place) => (bits >> place) & 1));
}

/**
 * Exact Shapley values.
 * @param values of the subsets in the order of `coalitionsOf`: `values[bits]`.
 * @returns one value per player; they sum to `values.at(-1) - values[0]`.
 * Source: Shapley 1953: the mean marginal contribution over all orders.
 */
export function shapley(players: number, values: readonly number[]): readonly number[] {
  invariant(values.length === 2 ** players, 'a value for every coalition');
  const valueOf = (bits: number): number => values[bits] ?? 0;
  return Array.from({ length: players }, (_, player) => {
    let sum = 0;
    for (let bits = 0; bits < values.length; bits += 1) {
      if ((bits >> player) & 1) continue;
      sum += weight(countOf(bits), players) * (valueOf(bits | (1 << player)) - valueOf(bits));
    }
    return sum;
  });
}

/** |S|! (n - |S| - 1)! / n! */
function weight(size: number, players: number): number {
  return (factorial(size) * factorial(players - size - 1)) / factorial(players);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function countOf(bits: number): number {
  return bits === 0 ? 0 : (bits & 1) + countOf(bits >> 1);
}
