import type { Rng } from '@concord/core/ports';
import { diaphragm, lungDepth, lungMask, outerBorder, sign, type Anatomy, type Side } from './phantom-anatomy.ts';
import { ball, blank, blurred, cloud, curve, paint, ramp, stroke, type Canvas, type Point } from './phantom-canvas.ts';

const SIDES: readonly Side[] = ['right', 'left'];

/** Body wall, air of the lungs, heart and great vessels, belly. */
export function paintSoftTissue(canvas: Canvas, anatomy: Anatomy, rng: Rng): void {
  bodyWall(canvas, anatomy);
  for (const side of SIDES) {
    const depth = lungDepth(anatomy, side);
    paint(canvas, (x, y) => -0.6 * depth(x, y));
    breast(canvas, anatomy, side);
  }
  belly(canvas, anatomy, rng);
  heartAndVessels(canvas, anatomy);
  airway(canvas, anatomy);
  lungVessels(canvas, anatomy, rng);
}

function bodyWidth({ breadth, build }: Anatomy, y: number): number {
  const neck = 0.1 + 0.028 * build;
  const shoulders = 0.47 * ramp(0.0, 0.13, y) ** 0.75;
  const chest = 0.405 * breadth + 0.035 * build + 0.03 * ramp(0.5, 1, y);
  return y < 0.2 ? Math.max(neck, shoulders) : shoulders + (chest - shoulders) * ramp(0.2, 0.42, y);
}

function bodyWall(canvas: Canvas, anatomy: Anatomy): void {
  paint(canvas, (x, y) => {
    const out = Math.abs(x - anatomy.midline) / bodyWidth(anatomy, y);
    if (out >= 1) return 0;
    const thickness = (1 - out ** 3.2) ** 0.62;
    return thickness * (0.56 + 0.1 * anatomy.build + 0.14 * ramp(0.55, 0.95, y) - 0.16 * (1 - ramp(0, 0.16, y)));
  });
}

function breast(canvas: Canvas, anatomy: Anatomy, side: Side): void {
  const [cx, cy, r] = [anatomy.midline + sign(side) * 0.215 * anatomy.breadth, 0.62, 0.16];
  paint(canvas, (x, y) => 0.09 * anatomy.breasts * ball(((x - cx) / r) ** 2 + ((y - cy) / (y > cy ? 0.135 : 0.26)) ** 2));
}

function belly(canvas: Canvas, anatomy: Anatomy, rng: Rng): void {
  for (const side of SIDES) {
    paint(canvas, (x, y) => {
      if ((x - anatomy.midline) * sign(side) <= 0) return 0;
      const out = Math.abs(x - anatomy.midline);
      const below = y - diaphragm(anatomy, side, x);
      return (side === 'right' ? 0.13 : 0.09) * ramp(-0.004, 0.05, below) * (1 - ramp(-0.02, 0.03, out - outerBorder(anatomy, y)));
    });
  }
  const [cx, cy] = [anatomy.midline + (0.14 + 0.03 * rng.next()) * anatomy.breadth, anatomy.leftDome + 0.065];
  const [rx, ry] = [0.045 + 0.03 * rng.next(), 0.026 + 0.016 * rng.next()];
  paint(canvas, (x, y) => -0.3 * ball(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) * ramp(0, 0.01, y - diaphragm(anatomy, 'left', x)));
}

function heartAndVessels(canvas: Canvas, anatomy: Anatomy): void {
  const { heart, midline, apex } = anatomy;
  const ellipsoid = (centre: Point, rx: number, ry: number, tilt: number) => (x: number, y: number) => {
    const [dx, dy] = [x - centre.x, y - centre.y];
    const [u, v] = [dx * Math.cos(tilt) + dy * Math.sin(tilt), dy * Math.cos(tilt) - dx * Math.sin(tilt)];
    return ball((u / rx) ** 2 + (v / ry) ** 2) ** 0.8;
  };
  const ventricle = ellipsoid({ x: heart.x + 0.02, y: heart.y + 0.02 }, heart.rx * 1.12, heart.ry * 0.8, heart.tilt);
  const atrium = ellipsoid({ x: midline - 0.018, y: heart.y + 0.005 }, heart.rx * 0.62, heart.ry * 0.8, 0);
  const outflow = ellipsoid({ x: midline + 0.034, y: heart.y - 0.12 }, 0.058, 0.1, 0);
  const knob = ellipsoid({ x: midline + 0.034, y: apex + 0.205 }, 0.038, 0.044, 0);
  const cava = ellipsoid({ x: midline - 0.024, y: apex + 0.19 }, 0.032, 0.2, 0);
  paint(canvas, (x, y) => {
    const core = Math.max(ventricle(x, y), atrium(x, y), 0.8 * outflow(x, y), 0.72 * knob(x, y), 0.45 * cava(x, y));
    // Over the column of the spine the beam already passes much; the core counts less there or the middle burns out.
    const inLung = 0.35 + 0.65 * ramp(0.02, 0.075, Math.abs(x - midline));
    const column = (1 - ramp(0.026, 0.06, Math.abs(x - midline - 0.004))) * ramp(0.1, 0.2, y) * 0.1;
    const aorta = 0.07 * ball(((x - midline - 0.032) / 0.024) ** 2) * ramp(apex + 0.2, apex + 0.26, y);
    return 0.62 * core * inLung + column + aorta;
  });
}

/** Windpipe and main bronchi: dark bands over the spine. */
function airway(canvas: Canvas, { midline, apex }: Anatomy): void {
  const fork = { x: midline + 0.004, y: apex + 0.235 };
  const dark = (strength: number) => (d: number, t: number) => -strength * ball(d * d) * ramp(0, 0.06, t) * (1 - ramp(0.82, 1, t));
  stroke(canvas, {
    points: curve(300, (t) => ({ x: midline - 0.004 * Math.sin(3 * t) + 0.002, y: t * fork.y })),
    halfWidth: () => 0.0185,
    profile: dark(0.15),
  });
  for (const [side, length] of [
    ['right', 0.075],
    ['left', 0.085],
  ] as const) {
    const points = curve(120, (t) => ({ x: fork.x + sign(side) * length * t, y: fork.y - 0.012 + (side === 'right' ? 0.07 : 0.052) * t }));
    stroke(canvas, { points, halfWidth: () => 0.0125, profile: dark(0.1) });
  }
}

/** Arteries and veins that fork from the hila and thin out to the rim; fine mottle between them. */
function lungVessels(canvas: Canvas, anatomy: Anatomy, rng: Rng): void {
  for (const side of SIDES) {
    const layer = blank(canvas.size);
    const hilum = { x: anatomy.midline + sign(side) * 0.078 * anatomy.breadth, y: anatomy.apex + (side === 'right' ? 0.335 : 0.31) };
    paint(layer, (x, y) => 0.16 * Math.exp(-(((x - hilum.x) / 0.028) ** 2) - ((y - hilum.y) / 0.055) ** 2));
    for (let branch = 0; branch < 13; branch += 1) {
      const angle = -1.35 + (2.85 * (branch + 0.3 * rng.next())) / 13;
      const from = { x: hilum.x + 0.02 * (rng.next() - 0.3) * sign(side), y: hilum.y + 0.075 * (branch / 12 - 0.5) };
      vessel(layer, { from, side, angle, halfWidth: 0.0062, length: 0.2 + 0.1 * rng.next(), depth: 0 }, rng);
    }
    const soft = blurred(layer, 1);
    const mottle = cloud(rng, 26, 3);
    const mask = lungMask(anatomy, side);
    paint(canvas, (x, y) => {
      const inside = mask(x, y);
      if (inside === 0) return 0;
      const at = Math.floor(y * canvas.size) * canvas.size + Math.floor(x * canvas.size);
      return inside * ((soft.values[at] ?? 0) + 0.05 * (mottle(x, y) - 0.5));
    });
  }
}

interface Vessel {
  readonly from: Point;
  readonly side: Side;
  /** 0 runs outwards, negative up. */
  readonly angle: number;
  readonly halfWidth: number;
  readonly length: number;
  readonly depth: number;
}

const DEEPEST_FORK = 2;

function vessel(layer: Canvas, { from, side, angle, halfWidth, length, depth }: Vessel, rng: Rng): void {
  const bend = (rng.next() - 0.5) * 0.7;
  const points = curve(90, (t) => {
    const heading = angle + bend * t;
    return { x: from.x + sign(side) * length * t * Math.cos(heading), y: from.y + length * t * Math.sin(heading) };
  });
  stroke(layer, {
    points,
    halfWidth: (t) => halfWidth * (1 - 0.55 * t),
    profile: (d, t) => 13 * halfWidth * ramp(-0.05, 0.12, t) * (1 - 0.45 * t) * ball(d * d),
  });
  if (depth >= DEEPEST_FORK) return;
  for (const share of [0.35, 0.6, 0.85]) {
    const start = points[Math.floor(share * 89)] ?? from;
    const turn = (rng.next() < 0.5 ? -1 : 1) * (0.35 + 0.45 * rng.next());
    vessel(
      layer,
      { from: start, side, angle: angle + bend * share + turn, halfWidth: halfWidth * 0.62 * (1.1 - 0.4 * share), length: length * 0.55, depth: depth + 1 },
      rng,
    );
  }
}
