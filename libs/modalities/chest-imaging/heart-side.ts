import { z } from 'zod';
import data from './heart-side.json' with { type: 'json' };
import { PREPARED_SIDE } from './prepare.ts';

const { scale, mirroredBelow, weights } = z
  .object({ scale: z.number().positive(), mirroredBelow: z.number().negative(), weights: z.array(z.number().int()).length(384).readonly() })
  .parse(data);

const SIDE = PREPARED_SIDE / 2;
const CELLS = 8;
const BINS = 12;

/**
 * On which side of the picture the heart lies: above 0 on the right of it, as on a film that hangs as usual; the mirror image gives the same
 * number with the other sign. Histograms of gradients (Dalal and Triggs, CVPR 2005) less those of the mirror image, weighed by
 * `heart-side.json` (apps/lab/sides.py). @param grey `[128, 128]` row-major.
 */
export function heartSide(grey: Uint8Array): number {
  const [own, mirror] = [gradients(halved(grey)), gradients(mirrored(halved(grey)))];
  let sum = 0;
  weights.forEach((weight, at) => {
    const cell = Math.floor(at / BINS);
    const place = (Math.floor(cell / (CELLS / 2)) * CELLS + (cell % (CELLS / 2))) * BINS + (at % BINS);
    sum += weight * ((own[place] ?? 0) - (mirror[place] ?? 0));
  });
  return sum * scale;
}

/** True where the film looks like the mirror image of a chest: mirrored, or of somebody whose heart lies on the right. Two upright films in a hundred do too. */
export function looksMirrored(side: number | undefined): boolean {
  return side !== undefined && side < mirroredBelow;
}

/** Means of two by two: `[64, 64]`. */
function halved(grey: Uint8Array): Float64Array {
  const at = (row: number, column: number): number => grey[row * PREPARED_SIDE + column] ?? 0;
  return Float64Array.from({ length: SIDE * SIDE }, (_, place) => {
    const [row, column] = [2 * Math.floor(place / SIDE), 2 * (place % SIDE)];
    return (at(row, column) + at(row, column + 1) + at(row + 1, column) + at(row + 1, column + 1)) / 4;
  });
}

function mirrored(half: Float64Array): Float64Array {
  return half.map((_, place) => half[place - (place % SIDE) + SIDE - 1 - (place % SIDE)] ?? 0);
}

/** Per cell and direction the root of its share of gradient: `[8, 8, 12]`. */
function gradients(half: Float64Array): Float64Array {
  const sums = new Float64Array(CELLS * CELLS * BINS);
  half.forEach((_, place) => {
    const [row, column] = [Math.floor(place / SIDE), place % SIDE];
    const right = column === 0 || column === SIDE - 1 ? 0 : (half[place + 1] ?? 0) - (half[place - 1] ?? 0);
    const down = row === 0 || row === SIDE - 1 ? 0 : (half[place + SIDE] ?? 0) - (half[place - SIDE] ?? 0);
    const direction = Math.floor(((Math.atan2(down, right) + Math.PI) / (2 * Math.PI)) * BINS) % BINS;
    const cell = Math.floor((row * CELLS) / SIDE) * CELLS + Math.floor((column * CELLS) / SIDE);
    sums[cell * BINS + direction] = (sums[cell * BINS + direction] ?? 0) + Math.hypot(right, down);
  });
  const usual = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0) / CELLS ** 2) + 1e-9;
  return sums.map((value) => Math.sqrt(value / usual));
}
