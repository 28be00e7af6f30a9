import type { Rng } from '@concord/core/ports';
import { diaphragm, lungMask, outerBorder, sign, zoneCentre, type Anatomy, type Side } from './phantom-anatomy.ts';
import { ball, cloud, curve, paint, ramp, stroke, type Canvas } from './phantom-canvas.ts';

/** What is planted in a phantom, and where. */
export type PhantomFinding =
  | {
      readonly kind: 'opacity';
      readonly side: Side;
      readonly zone: 'upper' | 'mid' | 'lower';
      /** Radius as a share of the film's width, 0.03 to 0.15. */
      readonly size: number;
      /** 0 is invisible, 1 as white as the heart. */
      readonly density: number;
    }
  | {
      readonly kind: 'effusion';
      readonly side: Side;
      /** 0 is a blunted angle, 1 fills half of the lung. */
      readonly volume: number;
    }
  | {
      readonly kind: 'cardiomegaly';
      /** Width of the heart over that of an average one, 1.15 to 1.5. */
      readonly factor: number;
    }
  | {
      /** A ball of dense tissue with a clear rim; the place is a share of the lung's own height and width, so it fits every chest. */
      readonly kind: 'mass';
      readonly side: Side;
      /** 0 at the apex, 1 at the dome of the diaphragm. */
      readonly down: number;
      /** 0 at the inner border of the lung, 1 at the outer one. */
      readonly out: number;
      /** As a share of the film's width, 0.05 to 0.15. */
      readonly radius: number;
      /** 0 is invisible, 1 as white as the heart. */
      readonly density: number;
    }
  | { readonly kind: 'device'; readonly device: 'ecg-leads' | 'endotracheal-tube' | 'central-line' };

/** Where a finding lies, in unit coordinates of the film. */
export interface UnitBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the lung begins beside the midline, on average. */
const INNER = 0.05;

/** The finding drawn onto the film, and its place; cardiomegaly is part of the anatomy and only measured here. */
export function paintFinding(canvas: Canvas, anatomy: Anatomy, finding: PhantomFinding, rng: Rng): UnitBox {
  switch (finding.kind) {
    case 'opacity':
      return opacity(canvas, anatomy, finding, rng);
    case 'effusion':
      return effusion(canvas, anatomy, finding);
    case 'cardiomegaly': {
      const { x, y, rx, ry } = anatomy.heart;
      return { x: x - rx, y: y - ry, width: 2 * rx, height: 2 * ry };
    }
    case 'mass':
      return mass(canvas, anatomy, finding);
    case 'device':
      return device(canvas, anatomy, finding.device, rng);
  }
}

/** A larger heart pushes its left border out; everything else of the person stays. */
export function withHeart(anatomy: Anatomy, findings: readonly PhantomFinding[]): Anatomy {
  const factor = findings.reduce((most, finding) => (finding.kind === 'cardiomegaly' ? Math.max(most, finding.factor) : most), 1);
  const { heart } = anatomy;
  return { ...anatomy, heart: { ...heart, x: heart.x + 0.035 * (factor - 1), rx: heart.rx * factor, ry: heart.ry * (1 + 0.5 * (factor - 1)) } };
}

type Opacity = Extract<PhantomFinding, { kind: 'opacity' }>;

/** Patchy, ill-defined, fading at the rim: several overlapping puffs under a random texture. */
function opacity(canvas: Canvas, anatomy: Anatomy, { side, zone, size, density }: Opacity, rng: Rng): UnitBox {
  const centre = zoneCentre(anatomy, side, zone);
  const puffs = Array.from({ length: 9 }, () => {
    const [angle, out] = [2 * Math.PI * rng.next(), 0.75 * size * Math.sqrt(rng.next())];
    return { x: centre.x + out * Math.cos(angle), y: centre.y + out * Math.sin(angle), r: size * (0.28 + 0.34 * rng.next()) };
  });
  const texture = cloud(rng, 12, 4);
  const mask = lungMask(anatomy, side);
  const box = { x: centre.x - size, y: centre.y - size, width: 2 * size, height: 2 * size };
  paint(
    canvas,
    (x, y) => {
      const inside = mask(x, y);
      if (inside === 0) return 0;
      const clear = puffs.reduce((left, puff) => left * (1 - 0.6 * Math.exp(-2.2 * (((x - puff.x) / puff.r) ** 2 + ((y - puff.y) / puff.r) ** 2))), 1);
      const fade = 1 - ramp(0.5, 1, Math.hypot(x - centre.x, y - centre.y) / size);
      return inside * fade * density * 0.52 * (1 - clear) * ramp(-0.1, 0.8, texture(x, y) + 0.3 * (1 - clear));
    },
    box,
  );
  return box;
}

type Effusion = Extract<PhantomFinding, { kind: 'effusion' }>;

/** Fluid settles in the angle and climbs the wall: white below a meniscus that is higher at the side. */
function effusion(canvas: Canvas, anatomy: Anatomy, { side, volume }: Effusion): UnitBox {
  const mask = lungMask(anatomy, side);
  const reach = 0.37 * anatomy.breadth;
  const angle = diaphragm(anatomy, side, anatomy.midline + sign(side) * reach);
  const level = (x: number) => {
    const out = Math.min(1, Math.max(0, ((x - anatomy.midline) * sign(side)) / reach));
    return angle - 0.035 - 0.3 * volume - (0.05 + 0.06 * volume) * out ** 4 + 0.03 * (1 - out);
  };
  const top = level(anatomy.midline + sign(side) * reach);
  paint(canvas, (x, y) => (y < top - 0.05 ? 0 : mask(x, y) * (0.44 + 0.1 * volume) * ramp(-0.02, 0.05, y - level(x))));
  const left = side === 'right' ? anatomy.midline - reach : anatomy.midline + 0.04;
  return { x: left, y: top, width: reach - 0.04, height: Math.max(0.04, angle - top) };
}

type Mass = Extract<PhantomFinding, { kind: 'mass' }>;

/** Even within, thinning over the last quarter of the radius as a ball does; its box holds it exactly. */
function mass(canvas: Canvas, anatomy: Anatomy, { side, down, out, radius, density }: Mass): UnitBox {
  const dome = side === 'right' ? anatomy.rightDome : anatomy.leftDome;
  const y = anatomy.apex + down * (dome - anatomy.apex);
  const x = anatomy.midline + sign(side) * (INNER + out * (outerBorder(anatomy, y) - INNER));
  const box = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
  paint(canvas, (px, py) => density * 0.3 * (1 - ramp(0.75, 1, Math.hypot(px - x, py - y) / radius)), box);
  return box;
}

type Device = Extract<PhantomFinding, { kind: 'device' }>['device'];

/** Lines and tubes of a portable film. */
function device(canvas: Canvas, { midline, apex }: Anatomy, kind: Device, rng: Rng): UnitBox {
  if (kind === 'endotracheal-tube') {
    const points = curve(260, (t) => ({ x: midline + 0.006 * Math.sin(2 * t), y: t * (apex + 0.17) }));
    stroke(canvas, { points, halfWidth: () => 0.0085, profile: (d) => 0.02 + 0.11 * Math.exp(-(((d - 0.85) / 0.14) ** 2)) });
    return { x: midline - 0.015, y: 0, width: 0.03, height: apex + 0.17 };
  }
  if (kind === 'central-line') {
    const points = curve(420, (t) => ({
      x: midline - 0.3 + 0.262 * Math.min(1, t * 1.7) ** 0.8,
      y: apex + 0.02 + 0.03 * Math.sin(3 * t) + 0.29 * ramp(0.35, 1, t),
    }));
    stroke(canvas, { points, halfWidth: () => 0.0032, profile: (d) => 0.14 * ball(d * d) });
    return { x: midline - 0.3, y: apex, width: 0.28, height: 0.34 };
  }
  for (const [x, y] of [
    [-0.27, 0.2],
    [0.28, 0.2],
    [0.3, 0.72],
  ] as const) {
    const at = { x: midline + x, y: y + 0.03 * rng.next() };
    paint(canvas, (px, py) => 0.16 * ramp(0, 0.5, ball(((px - at.x) / 0.014) ** 2 + ((py - at.y) / 0.014) ** 2)));
    const [sway, drop] = [0.1 * (rng.next() - 0.5), 0.98 - at.y];
    stroke(canvas, {
      points: curve(500, (t) => ({ x: at.x + sway * Math.sin(2.4 * t), y: at.y + drop * t })),
      halfWidth: () => 0.0026,
      profile: (d) => 0.12 * ball(d * d),
    });
  }
  return { x: midline - 0.3, y: 0.18, width: 0.62, height: 0.8 };
}
