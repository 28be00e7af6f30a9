import type { Rng } from '@concord/core/ports';
import { ramp, type Point } from './phantom-canvas.ts';

/** Patient's side; on a frontal film the right lung lies on the left of the image. */
export type Side = 'right' | 'left';

/** One person's shape, in unit coordinates of the film. */
export interface Anatomy {
  readonly midline: number;
  /** 1 is average; scales the width of the thorax. */
  readonly breadth: number;
  readonly apex: number;
  /** Top of the right dome; the left one lies a little lower. */
  readonly rightDome: number;
  readonly leftDome: number;
  readonly heart: { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number; readonly tilt: number };
  /** Soft tissue over the ribs, 0.8 to 1.3. */
  readonly build: number;
  readonly breasts: number;
  readonly ribTop: number;
  readonly ribStep: number;
}

/** Draws a person. Spread as seen among adults on a postero-anterior film; deep inspiration, slight turns left out. */
export function drawAnatomy(rng: Rng): Anatomy {
  const about = (centre: number, spread: number) => centre + (rng.next() * 2 - 1) * spread;
  const rightDome = about(0.755, 0.035);
  const midline = about(0.5, 0.008);
  const breadth = about(1, 0.055);
  return {
    midline,
    breadth,
    apex: about(0.105, 0.015),
    rightDome,
    leftDome: rightDome + about(0.025, 0.012),
    heart: {
      x: midline + about(0.042, 0.008) * breadth,
      y: rightDome - about(0.085, 0.012),
      rx: about(0.135, 0.012) * breadth,
      ry: about(0.165, 0.012),
      tilt: about(0.55, 0.1),
    },
    build: about(1, 0.15),
    breasts: Math.max(0, about(0.3, 0.7)),
    ribTop: about(0.115, 0.01),
    ribStep: about(0.069, 0.003),
  };
}

export const sign = (side: Side): 1 | -1 => (side === 'right' ? -1 : 1);

/** Every pixel of a row asks for the same height: half the time of a film went into this one sum. */
const borders = new WeakMap<Anatomy, Map<number, number>>();

/** Distance of the outer lung border from the midline at height `y`. */
export function outerBorder(anatomy: Anatomy, y: number): number {
  const known = borders.get(anatomy) ?? new Map<number, number>();
  if (known.size === 0) borders.set(anatomy, known);
  const before = known.get(y);
  if (before !== undefined) return before;
  const border = borderAt(anatomy, y);
  known.set(y, border);
  return border;
}

function borderAt({ apex, rightDome, breadth }: Anatomy, y: number): number {
  const t = Math.min(1.25, Math.max(0, (y - apex) / (rightDome + 0.12 - apex)));
  return breadth * (0.13 + 0.235 * Math.sin((Math.PI / 2) * Math.min(1, t ** 0.55)) + 0.012 * t);
}

function innerBorder({ apex, rightDome }: Anatomy, side: Side, y: number): number {
  const t = (y - apex) / (rightDome - apex);
  if (side === 'right') return 0.036 + 0.012 * ramp(0.1, 0.4, t) + 0.008 * ramp(0.55, 0.85, t);
  return 0.04 + 0.014 * Math.exp(-(((t - 0.42) / 0.12) ** 2)) + 0.014 * ramp(0.5, 0.9, t);
}

/** Height of the diaphragm below a point; the dome peaks a third of the way out and falls to both angles. */
export function diaphragm(anatomy: Anatomy, side: Side, x: number): number {
  const dome = side === 'right' ? anatomy.rightDome : anatomy.leftDome;
  const reach = outerBorder(anatomy, dome + 0.1);
  const out = Math.abs(x - anatomy.midline) / reach;
  const fall = out > 0.48 ? 0.135 * ((out - 0.48) / 0.52) ** 2.1 : 0.05 * ((0.48 - out) / 0.48) ** 2;
  return dome + fall;
}

/** 1 inside the lung, 0 outside, soft at the border. */
export function lungMask(anatomy: Anatomy, side: Side): (x: number, y: number) => number {
  return (x, y) => {
    const out = (x - anatomy.midline) * sign(side);
    if (out <= 0 || y < anatomy.apex - 0.03) return 0;
    const centre = 0.135 * anatomy.breadth;
    const top = anatomy.apex + 3.4 * Math.max(0, Math.abs(out - centre) - 0.02) ** 2;
    const rim = ramp(-0.005, 0.012, outerBorder(anatomy, y) - out);
    return rim * ramp(-0.006, 0.008, out - innerBorder(anatomy, side, y)) * ramp(-0.008, 0.014, y - top) * ramp(-0.003, 0.007, diaphragm(anatomy, side, x) - y);
  };
}

/** How much air lies in the beam, 0 to 1: thinner towards the ribs, the apex and the angle. */
export function lungDepth(anatomy: Anatomy, side: Side): (x: number, y: number) => number {
  const mask = lungMask(anatomy, side);
  return (x, y) => {
    const inside = mask(x, y);
    if (inside === 0) return 0;
    const out = (x - anatomy.midline) * sign(side);
    const edge = outerBorder(anatomy, y);
    const lateral = Math.max(0, 1 - (out / edge) ** 4) ** 0.45;
    const apical = 0.55 + 0.45 * ramp(0, 0.22, y - anatomy.apex);
    const basal = 0.6 + 0.4 * ramp(-0.02, 0.16, diaphragm(anatomy, side, x) - y);
    return inside * lateral * apical * basal;
  };
}

/** Where a zone's middle lies inside the lung. */
export function zoneCentre(anatomy: Anatomy, side: Side, zone: 'upper' | 'mid' | 'lower'): Point {
  const share = { upper: 0.24, mid: 0.52, lower: 0.82 }[zone];
  const dome = side === 'right' ? anatomy.rightDome : anatomy.leftDome;
  const y = anatomy.apex + share * (dome - anatomy.apex);
  const reach = outerBorder(anatomy, y);
  const inner = side === 'left' && zone !== 'upper' ? 0.16 : 0.08;
  return { x: anatomy.midline + sign(side) * (inner + 0.5 * (reach - inner)), y };
}
