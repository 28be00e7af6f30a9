import type { Phantom } from '@concord/generator';
import type { Rng } from '@concord/core/ports';

/** Black borders of a collimator: a film is never square, and what is kept of it never starts at its corner. */
const BORDER_MOST = 24;

export interface Borders {
  readonly before: number;
  readonly after: number;
  /** Left and right, or else above and below. */
  readonly across: boolean;
}

/** Borders on two sides of one direction, of unequal width, so that the kept square is neither centred on the body nor at a corner. */
export function bordered(phantom: Phantom, rng: Rng): Phantom {
  const [before, after] = [Math.floor(BORDER_MOST * rng.next()), 1 + Math.floor(BORDER_MOST * rng.next())];
  return withBorders(phantom, { before, after, across: rng.next() < 0.5 });
}

/** A film as a collimator leaves it: black beside or above and below. */
export function withBorders(phantom: Phantom, { before, after, across }: Borders): Phantom {
  const [left, top] = across ? [before, 0] : [0, before];
  const [columns, rows] = across ? [phantom.columns + before + after, phantom.rows] : [phantom.columns, phantom.rows + before + after];
  const grey = new Uint16Array(columns * rows);
  for (let row = 0; row < phantom.rows; row += 1)
    grey.set(phantom.grey.subarray(row * phantom.columns, (row + 1) * phantom.columns), (row + top) * columns + left);
  const truth = phantom.truth.map(({ finding, box: [x, y, width, height] }) => ({ finding, box: [x + left, y + top, width, height] as const }));
  return { rows, columns, grey, truth };
}
