import type { PixelFrame } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';

/** Side of the square that the encoder reads, in pixels. */
export const PREPARED_SIDE = 128;

/** The square of the source that was kept: source pixels, top left corner and side. Everything needed to go back. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

export interface PreparedChest {
  readonly crop: Crop;
  /** Row-major, one byte a pixel, length `PREPARED_SIDE²`. */
  readonly grey: Uint8Array;
}

/**
 * Centre crop to a square, then resize to `PREPARED_SIDE` by area average. Area, not nearest or bilinear: a film of 3000
 * pixels loses a factor of 20, and a sampled pixel would be noise of the detector. No contrast is changed here; the graph
 * of the encoder normalises.
 */
export function prepareChest(frame: Pick<PixelFrame, 'columns' | 'rows' | 'grey'>): PreparedChest {
  const { columns, rows, grey } = frame;
  invariant(grey.length === columns * rows && columns > 0 && rows > 0, 'a frame holds columns × rows grey values');
  const side = Math.min(columns, rows);
  const crop = { x: Math.floor((columns - side) / 2), y: Math.floor((rows - side) / 2), side };
  return { crop, grey: areaAverage(frame, crop) };
}

interface Tap {
  readonly from: number;
  readonly weights: readonly number[];
}

/** Which source pixels one target pixel covers, and with what share; the shares of a target pixel sum to 1. */
function taps(side: number): readonly Tap[] {
  const step = side / PREPARED_SIDE;
  return Array.from({ length: PREPARED_SIDE }, (_, index) => {
    const [low, high] = [index * step, (index + 1) * step];
    const from = Math.floor(low);
    const to = Math.min(side, Math.ceil(high - 1e-9));
    const weights = Array.from({ length: to - from }, (_unused, k) => (Math.min(high, from + k + 1) - Math.max(low, from + k)) / step);
    return { from, weights };
  });
}

function areaAverage({ columns, grey }: Pick<PixelFrame, 'columns' | 'grey'>, crop: Crop): Uint8Array {
  const plan = taps(crop.side);
  const across = new Float64Array(crop.side * PREPARED_SIDE); // [side, PREPARED_SIDE]
  for (let row = 0; row < crop.side; row += 1) {
    const start = (crop.y + row) * columns + crop.x;
    plan.forEach(({ from, weights }, target) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k += 1) sum += (grey[start + from + k] ?? 0) * (weights[k] ?? 0);
      across[row * PREPARED_SIDE + target] = sum;
    });
  }
  const out = new Uint8Array(PREPARED_SIDE * PREPARED_SIDE); // [PREPARED_SIDE, PREPARED_SIDE]
  plan.forEach(({ from, weights }, target) => {
    for (let column = 0; column < PREPARED_SIDE; column += 1) {
      let sum = 0;
      for (let k = 0; k < weights.length; k += 1) sum += (across[(from + k) * PREPARED_SIDE + column] ?? 0) * (weights[k] ?? 0);
      out[target * PREPARED_SIDE + column] = Math.round(sum);
    }
  });
  return out;
}
