import type { Rng } from '@concord/core/ports';

/** A square map of attenuation; the unit is arbitrary, 1 is roughly the thickest soft tissue of the chest. */
export interface Canvas {
  readonly size: number;
  /** Row-major, `[size, size]`. */
  readonly values: Float32Array;
}

/** Points in unit coordinates: x to the right, y down, both 0 to 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export function blank(size: number): Canvas {
  return { size, values: new Float32Array(size * size) };
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function ramp(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Adds what `attenuation` says at every pixel centre, inside a box given in unit coordinates. */
export function paint(canvas: Canvas, attenuation: (x: number, y: number) => number, box = { x: 0, y: 0, width: 1, height: 1 }): void {
  const { size, values } = canvas;
  const [left, right] = [Math.max(0, Math.floor(box.x * size)), Math.min(size, Math.ceil((box.x + box.width) * size))];
  const [top, bottom] = [Math.max(0, Math.floor(box.y * size)), Math.min(size, Math.ceil((box.y + box.height) * size))];
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const at = row * size + column;
      values[at] = (values[at] ?? 0) + attenuation((column + 0.5) / size, (row + 0.5) / size);
    }
  }
}

/** Half-thickness of a ball at squared relative radius `r2`: full in the middle, 0 from the rim on. */
export function ball(r2: number): number {
  return r2 >= 1 ? 0 : Math.sqrt(1 - r2);
}

export interface Stroke {
  readonly points: readonly Point[];
  /** Half-width in unit coordinates at the share `along` (0 to 1) of the stroke. */
  readonly halfWidth: (along: number) => number;
  /** Attenuation at relative distance `d` (0 axis, 1 rim) and share `along`. */
  readonly profile: (d: number, along: number) => number;
}

/** Adds a stroke once: where it covers itself the nearest part counts, so a bend is no brighter than a straight piece. */
export function stroke(canvas: Canvas, { points, halfWidth, profile }: Stroke): void {
  const radii = points.map((_, index) => Math.max(0.6, halfWidth(share(index, points)) * canvas.size));
  const box = around(canvas.size, points, Math.max(...radii));
  const distance = new Float32Array(box.width * box.height).fill(1);
  const along = new Float32Array(box.width * box.height);
  points.forEach((point, index) => {
    const disc = { x: point.x * canvas.size - box.left, y: point.y * canvas.size - box.top, radius: radii[index] ?? 1 };
    eachWithin(box, disc, (at, d) => {
      if (d >= (distance[at] ?? 1)) return;
      distance[at] = d;
      along[at] = share(index, points);
    });
  });
  distance.forEach((d, at) => {
    if (d >= 1) return;
    const target = (box.top + Math.floor(at / box.width)) * canvas.size + box.left + (at % box.width);
    canvas.values[target] = (canvas.values[target] ?? 0) + profile(d, along[at] ?? 0);
  });
}

const share = (index: number, points: readonly Point[]) => (points.length < 2 ? 0 : index / (points.length - 1));

interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function around(size: number, points: readonly Point[], radius: number): PixelBox {
  const clamp = (value: number) => Math.min(size, Math.max(0, value));
  const [xs, ys] = [points.map(({ x }) => x * size), points.map(({ y }) => y * size)];
  const [left, top] = [clamp(Math.floor(Math.min(...xs) - radius)), clamp(Math.floor(Math.min(...ys) - radius))];
  return { left, top, width: clamp(Math.ceil(Math.max(...xs) + radius + 1)) - left, height: clamp(Math.ceil(Math.max(...ys) + radius + 1)) - top };
}

/** Every pixel of the box inside the disc, with its distance from the centre as a share of the radius. */
function eachWithin(
  { width, height }: PixelBox,
  { x, y, radius }: { readonly x: number; readonly y: number; readonly radius: number },
  visit: (at: number, distance: number) => void,
): void {
  for (let row = Math.max(0, Math.floor(y - radius)); row <= Math.min(height - 1, Math.ceil(y + radius)); row += 1) {
    for (let column = Math.max(0, Math.floor(x - radius)); column <= Math.min(width - 1, Math.ceil(x + radius)); column += 1) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y) / radius;
      if (distance < 1) visit(row * width + column, distance);
    }
  }
}

/** `count` points on a curve given by its parameter from 0 to 1. */
export function curve(count: number, at: (t: number) => Point): readonly Point[] {
  return Array.from({ length: count }, (_, index) => at(index / (count - 1)));
}

/** Box blur, applied three times: close to a Gaussian of `radius` pixels. */
export function blurred(canvas: Canvas, radius: number): Canvas {
  let values = canvas.values;
  for (let pass = 0; pass < 3; pass += 1) values = boxPass(boxPass(values, canvas.size, radius), canvas.size, radius);
  return { size: canvas.size, values };
}

/** Averages along rows and hands the result over transposed, so that two passes blur both ways. */
function boxPass(values: Float32Array, size: number, radius: number): Float32Array {
  const out = new Float32Array(values.length);
  const clamp = (index: number) => Math.min(size - 1, Math.max(0, index));
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let k = -radius; k <= radius; k += 1) sum += values[row * size + clamp(k)] ?? 0;
    for (let column = 0; column < size; column += 1) {
      out[column * size + row] = sum / (2 * radius + 1);
      sum += (values[row * size + clamp(column + radius + 1)] ?? 0) - (values[row * size + clamp(column - radius)] ?? 0);
    }
  }
  return out;
}

/** A standard normal number from two uniform ones (Box and Muller 1958). */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

/** Smooth random field in [0, 1] with `octaves` of detail, the coarsest `cells` across the unit square. */
export function cloud(rng: Rng, cells: number, octaves: number): (x: number, y: number) => number {
  const layers = Array.from({ length: octaves }, (_, octave) => {
    const across = cells * 2 ** octave + 2;
    return { across, scale: cells * 2 ** octave, weight: 0.5 ** octave, lattice: Float32Array.from({ length: across * across }, () => rng.next()) };
  });
  const total = layers.reduce((sum, layer) => sum + layer.weight, 0);
  return (x, y) => layers.reduce((sum, layer) => sum + layer.weight * interpolated(layer, x, y), 0) / total;
}

function interpolated(
  { across, scale, lattice }: { readonly across: number; readonly scale: number; readonly lattice: Float32Array },
  x: number,
  y: number,
): number {
  const [px, py] = [Math.min(scale, Math.max(0, x * scale)), Math.min(scale, Math.max(0, y * scale))];
  const [ix, iy] = [Math.floor(px), Math.floor(py)];
  const [fx, fy] = [ramp(0, 1, px - ix), ramp(0, 1, py - iy)];
  const value = (dx: number, dy: number) => lattice[(iy + dy) * across + ix + dx] ?? 0.5;
  return (value(0, 0) * (1 - fx) + value(1, 0) * fx) * (1 - fy) + (value(0, 1) * (1 - fx) + value(1, 1) * fx) * fy;
}
