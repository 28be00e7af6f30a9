/** What a newer order would change in the one on the screen. */
export interface OrderChange {
  /** Rows that would have to move, the fewest that explain the new order. */
  readonly moved: number;
  readonly added: number;
}

/** How many rows a new order moves and adds; rows that left do not count. */
export function orderChange(shown: readonly string[], wanted: readonly string[]): OrderChange {
  const place = new Map(shown.map((id, index) => [id, index]));
  const known = wanted.flatMap((id) => place.get(id) ?? []);
  return { moved: known.length - longestRise(known), added: wanted.length - known.length };
}

/** `2 moved, 1 new`; empty when nothing waits. */
export function orderWords({ moved, added }: OrderChange): string {
  return [moved > 0 ? `${String(moved)} moved` : '', added > 0 ? `${String(added)} new` : ''].filter(Boolean).join(', ');
}

/** Length of the longest rising subsequence: what may stay where it is. Patience sorting. */
function longestRise(values: readonly number[]): number {
  const tails: number[] = [];
  for (const value of values) {
    const at = tails.findIndex((tail) => tail >= value);
    if (at < 0) tails.push(value);
    else tails[at] = value;
  }
  return tails.length;
}
