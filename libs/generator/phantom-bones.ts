import type { Rng } from '@concord/core/ports';
import { outerBorder, sign, type Anatomy, type Side } from './phantom-anatomy.ts';
import { ball, curve, paint, ramp, stroke, type Canvas } from './phantom-canvas.ts';

const SIDES: readonly Side[] = ['right', 'left'];
const RIB_PAIRS = 10;

/** Ribs, clavicles, shoulder blades, spine, humeral heads. */
export function paintBones(canvas: Canvas, anatomy: Anatomy, rng: Rng): void {
  spine(canvas, anatomy);
  for (const side of SIDES) {
    for (let pair = 0; pair < RIB_PAIRS; pair += 1) rib(canvas, anatomy, { side, pair, tilt: 0.074 + 0.004 * pair + rng.next() * 0.004 });
    clavicle(canvas, anatomy, side);
    shoulder(canvas, anatomy, side);
  }
}

/** Cortex is denser than marrow: bright rims, paler middle. */
const cortex = (d: number) => 0.52 * ball(d * d) + 0.48 * Math.exp(-(((d - 0.8) / 0.15) ** 2));

/** A rib is a tilted ring: the back half runs out and down from the spine, the front half runs in and down, fainter. */
function rib(canvas: Canvas, anatomy: Anatomy, { side, pair, tilt }: { readonly side: Side; readonly pair: number; readonly tilt: number }): void {
  const y0 = anatomy.ribTop + pair * anatomy.ribStep;
  const width = outerBorder(anatomy, y0 + tilt + 0.02) + 0.006;
  const length = 0.76 - 0.014 * pair;
  const points = curve(700, (t) => {
    const angle = Math.PI * length * t;
    const out = width * Math.sin(angle) ** 0.86;
    return { x: anatomy.midline + sign(side) * Math.max(0.02, out), y: y0 + tilt * 1.12 * (1 - Math.cos(angle)) - 0.018 * Math.sin(2 * angle) };
  });
  const back = (along: number) => along * length < 0.5;
  stroke(canvas, {
    points,
    halfWidth: (along) => (back(along) ? 0.0105 : 0.0125) * (0.85 + 0.15 * Math.sin(Math.PI * along)),
    profile: (d, along) => {
      const fade = ramp(0, 0.03, along) * (1 - ramp(0.86, 1, along));
      return cortex(d) * fade * (back(along) ? 0.115 : 0.062);
    },
  });
}

function clavicle(canvas: Canvas, anatomy: Anatomy, side: Side): void {
  const points = curve(420, (t) => ({
    x: anatomy.midline + sign(side) * anatomy.breadth * (0.028 + 0.32 * t),
    y: anatomy.apex + 0.062 - 0.052 * t + 0.016 * Math.sin(2 * Math.PI * t),
  }));
  stroke(canvas, { points, halfWidth: (t) => 0.0135 + 0.006 * (1 - t) ** 3, profile: (d, t) => 0.125 * cortex(d) * (1 - 0.4 * ramp(0.7, 1, t)) });
}

/** Medial border of the shoulder blade and the humeral head: grey shapes outside and over the upper outer lung. */
function shoulder(canvas: Canvas, anatomy: Anatomy, side: Side): void {
  const at = (out: number) => anatomy.midline + sign(side) * anatomy.breadth * out;
  const blade = curve(380, (t) => ({ x: at(0.325 + 0.075 * t - 0.03 * Math.sin(Math.PI * t)), y: 0.14 + 0.3 * t }));
  stroke(canvas, { points: blade, halfWidth: () => 0.008, profile: (d, t) => 0.04 * (1 - d * d) * (1 - ramp(0.7, 1, t)) });
  paint(canvas, (x, y) => {
    const out = Math.abs(x - anatomy.midline) / anatomy.breadth;
    const border = 0.325 + 0.25 * (y - 0.14) - 0.03 * Math.sin(Math.PI * ((y - 0.14) / 0.3));
    return 0.035 * ramp(0, 0.012, out - border) * ramp(0.12, 0.15, y) * (1 - ramp(0.3, 0.44, y)) * ramp(0, 0.001, (x - anatomy.midline) * sign(side));
  });
  const [cx, cy, r] = [at(0.455), 0.125, 0.056];
  paint(canvas, (x, y) => 0.2 * ball(((x - cx) ** 2 + (y - cy) ** 2) / r ** 2));
}

/** Vertebral bodies with darker discs between; washed out behind the heart by its own attenuation. */
function spine(canvas: Canvas, { midline, ribStep, ribTop }: Anatomy): void {
  paint(
    canvas,
    (x, y) => {
      const out = Math.abs(x - midline) / 0.033;
      if (out > 1.4) return 0;
      const phase = ((y - ribTop) / ribStep) % 1;
      const disc = 0.26 * Math.exp(-((((phase + 1) % 1) - 0.5) ** 2) / 0.012);
      const body = (1 - ramp(0.86, 1.05, out)) * (1 - disc) + 0.28 * Math.exp(-(((out - 0.9) / 0.1) ** 2));
      const process = 0.28 * Math.exp(-((out / 0.16) ** 2)) * ramp(0.2, 0.5, (phase + 1) % 1);
      return 0.075 * (body + process) * ramp(-0.02, 0.05, y);
    },
    { x: midline - 0.06, y: 0, width: 0.12, height: 1 },
  );
}
