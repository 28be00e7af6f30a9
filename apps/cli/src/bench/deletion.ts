import type { TensorInput } from '@concord/core/clinical';
import { sigmoid } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { PREPARED_SIDE } from '@concord/modalities/chest-imaging';
import type { Examined } from '@concord/pipeline/assess';

/** Cells that are taken away, along one side of the film. */
const CELLS = 16;
const CELL = PREPARED_SIDE / CELLS;
/** Shares of the film that are gone. */
const SHARES = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6] as const;
/** What stands in place of what is gone: the film this strongly blurred, in pixels to either side. */
const BLUR = 20;

/** Area under the score, between 0 and 1, while cells are taken away in three orders. */
export async function deletionOf(examined: Examined, rng: Rng): Promise<{ readonly map: number; readonly random: number; readonly centre: number }> {
  const { map, tensor, whole } = examined;
  const blurred = blur(tensor.data);
  const chance = Float64Array.from({ length: CELLS * CELLS }, () => rng.next());
  const middle = (CELLS - 1) / 2;
  const nearness = Float64Array.from({ length: CELLS * CELLS }, (_, cell) => -Math.hypot(Math.floor(cell / CELLS) - middle, (cell % CELLS) - middle));
  const orders = [cellsOf(map), chance, nearness].map(descending);
  const pictures = orders.flatMap((order) => SHARES.map((share) => without(tensor, blurred, order.slice(0, Math.round(share * order.length)))));
  const logits = await examined.logitsOf(pictures);
  const areaAt = (order: number): number => area([whole, ...logits.slice(order * SHARES.length, (order + 1) * SHARES.length)].map(sigmoid));
  return { map: areaAt(0), random: areaAt(1), centre: areaAt(2) };
}

/** By trapezia over the shares, as a mean height. */
function area(heights: readonly number[]): number {
  const shares = [0, ...SHARES];
  const sum = shares.slice(1).reduce((total, share, at) => total + ((share - (shares[at] ?? 0)) * ((heights[at] ?? 0) + (heights[at + 1] ?? 0))) / 2, 0);
  return sum / (shares.at(-1) ?? 1);
}

function cellsOf(map: Float32Array): Float64Array {
  const cells = new Float64Array(CELLS * CELLS);
  map.forEach((value, at) => {
    const cell = Math.floor(at / PREPARED_SIDE / CELL) * CELLS + Math.floor((at % PREPARED_SIDE) / CELL);
    cells[cell] = (cells[cell] ?? 0) + value;
  });
  return cells;
}

function descending(values: Float64Array): readonly number[] {
  return [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
}

function without(tensor: TensorInput, blurred: Float32Array, gone: readonly number[]): TensorInput {
  const cells = new Set(gone);
  const data = tensor.data.map((value, at) =>
    cells.has(Math.floor(at / PREPARED_SIDE / CELL) * CELLS + Math.floor((at % PREPARED_SIDE) / CELL)) ? (blurred[at] ?? 0) : value,
  );
  return { ...tensor, data };
}

/** Box means along rows, then along columns. */
function blur(data: Float32Array): Float32Array {
  return turned(meansAlongRows(turned(meansAlongRows(data))));
}

function turned(data: Float32Array): Float32Array {
  return data.map((_, at) => data[(at % PREPARED_SIDE) * PREPARED_SIDE + Math.floor(at / PREPARED_SIDE)] ?? 0);
}

function meansAlongRows(data: Float32Array): Float32Array {
  return data.map((_, at) => {
    const [row, column] = [Math.floor(at / PREPARED_SIDE), at % PREPARED_SIDE];
    const [from, to] = [Math.max(0, column - BLUR), Math.min(PREPARED_SIDE - 1, column + BLUR)];
    const part = data.subarray(row * PREPARED_SIDE + from, row * PREPARED_SIDE + to + 1);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
