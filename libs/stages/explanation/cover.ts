import type { PlaneBox } from '@concord/core/clinical';

/** One layer of numbers with a place: `[height, width]`, row-major. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** How a part of a plane is made to say nothing. */
export type Cover = (plane: Plane, box: PlaneBox) => Float32Array;

/** Cells beside the box that tell what lies around it; fewer would carry the noise of single cells inwards. */
const RIM = 3;
/** An edge is smoothed over this many cells to either side, for the same reason. */
const SMOOTH = 2;

/**
 * Fills the box with the smoothest surface that meets its four edges, as a membrane would: what lies around goes on into it,
 * what stands in it is gone, and something bright that an edge cuts through fades within its own width instead of being drawn
 * across. (A patch blended from opposite edges drew such streaks, and a search then found regions that were made by them.)
 * An edge on the border of the plane pulls nowhere.
 * Source: Laplace's equation by successive over-relaxation (Young 1954).
 */
export const coverBySurroundings: Cover = (plane, box) => {
  const { left, top, right, bottom } = box;
  const [wide, high] = [right - left, bottom - top];
  const edges: Edges = {
    west: edge(high, (at) => beside(plane, { left: left - RIM, right: left, top: top + at, bottom: top + at + 1 })),
    east: edge(high, (at) => beside(plane, { left: right, right: right + RIM, top: top + at, bottom: top + at + 1 })),
    north: edge(wide, (at) => beside(plane, { left: left + at, right: left + at + 1, top: top - RIM, bottom: top })),
    south: edge(wide, (at) => beside(plane, { left: left + at, right: left + at + 1, top: bottom, bottom: bottom + RIM })),
  };
  const surface = membrane(edges, wide, high) ?? new Float32Array(wide * high).fill(mean(plane.data));
  return filled(plane, box, (row, column) => surface[row * wide + column] ?? 0);
};

/** Fills the box with the mean of a rim around it. */
export const coverByMean: Cover = (plane, box) => {
  const { left, top, right, bottom } = box;
  const sides = [
    { left: left - RIM, right: left, top, bottom },
    { left: right, right: right + RIM, top, bottom },
    { left, right, top: top - RIM, bottom: top },
    { left, right, top: bottom, bottom: bottom + RIM },
  ];
  const known = sides.map((side) => beside(plane, side)).filter((value) => value !== undefined);
  const value = known.length === 0 ? mean(plane.data) : known.reduce((sum, one) => sum + one, 0) / known.length;
  return filled(plane, box, () => value);
};

type Edge = Float32Array;

interface Edges {
  readonly west: Edge | undefined;
  readonly east: Edge | undefined;
  readonly north: Edge | undefined;
  readonly south: Edge | undefined;
}

/** Sweeps per cell of the longer side: what is left of the start is then below a thousandth. */
const SWEEPS = 1.6;

/** @returns `[high, wide]`, row-major; undefined where nothing lies around it. */
function membrane(edges: Edges, wide: number, high: number): Float32Array | undefined {
  const around = Object.values(edges).filter((one: Edge | undefined) => one !== undefined);
  if (around.length === 0) return undefined;
  // The patch with a frame of one cell, so that every cell has four neighbours.
  const frame = { data: new Float32Array((wide + 2) * (high + 2)).fill(around.reduce((sum, one) => sum + mean(one), 0) / around.length), wide: wide + 2 };
  const sides = sidesOf(edges, wide, high);
  for (const { cells, values } of sides) values?.forEach((value, at) => (frame.data[cells[at]?.own ?? 0] = value));
  const open = sides.filter(({ values }) => values === undefined).flatMap(({ cells }) => cells);
  const longer = Math.max(wide, high);
  for (let step = 0; step < SWEEPS * longer; step += 1) {
    for (const { own, inner } of open) frame.data[own] = frame.data[inner] ?? 0;
    relax(frame, high, 2 / (1 + Math.sin(Math.PI / (longer + 1))));
  }
  return Float32Array.from({ length: wide * high }, (_, cell) => frame.data[(Math.floor(cell / wide) + 1) * frame.wide + (cell % wide) + 1] ?? 0);
}

/** Per side of the frame its cells with their inner neighbours, and the edge that fixes them; without one they follow the neighbour. */
function sidesOf({ west, east, north, south }: Edges, wide: number, high: number) {
  const stride = wide + 2;
  const down = (column: number, inner: number) =>
    Array.from({ length: high }, (_, row) => ({ own: (row + 1) * stride + column, inner: (row + 1) * stride + inner }));
  const across = (row: number, inner: number) =>
    Array.from({ length: wide }, (_, column) => ({ own: row * stride + column + 1, inner: inner * stride + column + 1 }));
  return [
    { cells: down(0, 1), values: west },
    { cells: down(wide + 1, wide), values: east },
    { cells: across(0, 1), values: north },
    { cells: across(high + 1, high), values: south },
  ];
}

function relax({ data, wide }: { readonly data: Float32Array; readonly wide: number }, high: number, by: number): void {
  for (let row = 1; row <= high; row += 1) {
    for (let cell = row * wide + 1; cell < (row + 1) * wide - 1; cell += 1) {
      const own = data[cell] ?? 0;
      const sum = (data[cell - 1] ?? 0) + (data[cell + 1] ?? 0) + (data[cell - wide] ?? 0) + (data[cell + wide] ?? 0);
      data[cell] = own + by * (sum / 4 - own);
    }
  }
}

function edge(length: number, valueAt: (at: number) => number | undefined): Edge | undefined {
  const raw: number[] = [];
  for (let place = 0; place < length; place += 1) {
    const value = valueAt(place);
    if (value === undefined) return undefined;
    raw.push(value);
  }
  return Float32Array.from(raw, (_, place) => {
    const near = raw.slice(Math.max(0, place - SMOOTH), place + SMOOTH + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

/** Mean of the part of a box that lies on the plane; undefined when none does. */
function beside({ data, width, height }: Plane, box: PlaneBox): number | undefined {
  const [left, right] = [Math.max(0, box.left), Math.min(width, box.right)];
  const [top, bottom] = [Math.max(0, box.top), Math.min(height, box.bottom)];
  if (left >= right || top >= bottom) return undefined;
  let sum = 0;
  for (let row = top; row < bottom; row += 1) for (let column = left; column < right; column += 1) sum += data[row * width + column] ?? 0;
  return sum / ((right - left) * (bottom - top));
}

function filled({ data, width }: Plane, { left, top, right, bottom }: PlaneBox, valueAt: (row: number, column: number) => number): Float32Array {
  const out = data.slice();
  for (let row = top; row < bottom; row += 1)
    for (let column = left; column < right; column += 1) out[row * width + column] = valueAt(row - top, column - left);
  return out;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
