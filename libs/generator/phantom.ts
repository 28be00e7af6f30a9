import type { Rng } from '@concord/core/ports';
import { drawAnatomy, type Anatomy } from './phantom-anatomy.ts';
import { paintBones } from './phantom-bones.ts';
import { blank, blurred, normal, type Canvas } from './phantom-canvas.ts';
import { paintFinding, withHeart, type PhantomFinding, type UnitBox } from './phantom-findings.ts';
import { phantomRng } from './phantom-rng.ts';
import { paintSoftTissue } from './phantom-soft.ts';

/** Significant bits of a phantom's grey values. */
export const PHANTOM_BITS = 12;
const WHITE = 2 ** PHANTOM_BITS - 1;

export interface PhantomRequest {
  /** The same seed, findings and size give the same film. */
  readonly seed: number;
  readonly findings: readonly PhantomFinding[];
  /** Rows and columns, 64 to 2048; 512 by default. */
  readonly size?: number;
}

export interface Phantom {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, 12 bits, bright = dense (MONOCHROME2). */
  readonly grey: Uint16Array;
  /** Where each finding lies, in source pixels, in the order of the request. */
  readonly truth: readonly { readonly finding: PhantomFinding; readonly box: readonly [x: number, y: number, width: number, height: number] }[];
}

/**
 * A frontal chest film of a person who does not exist: attenuation of body wall, air, heart, vessels, bones and planted
 * findings, summed along the beam, then scatter, noise and the S-shaped curve of a film. No text in the pixels.
 */
export function chestPhantom({ seed, findings, size = 512 }: PhantomRequest): Phantom {
  const rng = phantomRng(seed);
  const body = drawBody(rng, size, findings);
  return filmOf(body, findings, rng);
}

/**
 * Several films of one such person, each with findings and an exposure of its own: the body, which costs most, is drawn once.
 * A larger heart is part of the body and cannot differ between them.
 */
export function chestPhantoms({ seed, size = 512, films }: Pick<PhantomRequest, 'seed' | 'size'> & { readonly films: readonly (readonly PhantomFinding[])[] }) {
  const body = drawBody(phantomRng(seed), size, []);
  return films.map((findings, at): Phantom => filmOf(body, findings, phantomRng(seed * 64 + at + 1)));
}

interface Body {
  readonly anatomy: Anatomy;
  readonly canvas: Canvas;
}

function drawBody(rng: Rng, size: number, findings: readonly PhantomFinding[]): Body {
  if (!Number.isInteger(size) || size < 64 || size > 2048) throw new RangeError('a phantom has 64 to 2048 rows');
  const anatomy = withHeart(drawAnatomy(rng), findings);
  const canvas = blank(size);
  paintSoftTissue(canvas, anatomy, rng);
  paintBones(canvas, anatomy, rng);
  return { anatomy, canvas };
}

function filmOf({ anatomy, canvas: { size, values } }: Body, findings: readonly PhantomFinding[], rng: Rng): Phantom {
  const canvas = { size, values: values.slice() };
  const boxes = findings.map((finding) => paintFinding(canvas, anatomy, finding, rng));
  const truth = findings.map((finding, index) => ({ finding, box: inPixels(boxes[index] ?? { x: 0, y: 0, width: 1, height: 1 }, size) }));
  return { rows: size, columns: size, grey: exposed(canvas, rng), truth };
}

function exposed(canvas: Canvas, rng: Rng): Uint16Array {
  const { size } = canvas;
  const sharp = size >= 256 ? blurred(canvas, Math.max(1, Math.round(size / 1000))).values : canvas.values;
  const scatter = blurred(canvas, Math.max(1, Math.round(size / 14))).values;
  const middle = 0.5 + 0.03 * (rng.next() - 0.5);
  // Exposure and processing differ between rooms: steep and dark, or soft and pale.
  const [steepness, black] = [3.5 + 1.9 * rng.next(), 0.03 + 0.05 * rng.next()];
  const noise = 0.009 + 0.006 * rng.next();
  return Uint16Array.from(sharp, (value, at) => {
    const density = value - 0.3 * ((scatter[at] ?? 0) - middle);
    const curve = 1 / (1 + Math.exp(-steepness * (density - middle)));
    // Fewer photons pass dense tissue, but the eye sees noise most in the mid greys of the lung.
    return Math.round(WHITE * Math.min(1, Math.max(0, 1.1 * (curve - black) + noise * normal(rng) * (0.4 + curve * (1 - curve) * 3))));
  });
}

function inPixels({ x, y, width, height }: UnitBox, size: number): readonly [number, number, number, number] {
  const clamp = (value: number) => Math.min(size, Math.max(0, Math.round(value * size)));
  const [left, top] = [clamp(x), clamp(y)];
  return [left, top, Math.max(1, clamp(x + width) - left), Math.max(1, clamp(y + height) - top)];
}
