import type { RegionSearch, Sweep } from './regions.ts';

/** Rounds of reweighting, and from how many robust standard deviations on a window pulls less: the usual values. */
const REWEIGHTED = 15;
const PULLS_LESS_FROM = 1.345;
/** Of a normal distribution: median distance to the middle → standard deviation. */
const SPREAD_OF_MEDIAN = 1.4826;

/**
 * What each window does beyond what taking away so much of the picture does on this picture: the distance to a straight line of
 * effect over change. Any network, one of random weights too, answers more where more changes, so without this every map looks
 * like one of where the picture has structure (Adebayo et al. 2018). The line is drawn through the many windows that do nothing
 * else; the few that stand out pull it little (Huber 1964).
 */
export function beyondChange({ effects, changes }: Pick<Sweep, 'effects' | 'changes'>): readonly number[] {
  let beyond = distances(
    effects,
    changes,
    effects.map(() => 1),
  );
  for (let round = 0; round < REWEIGHTED; round += 1) {
    const spread = SPREAD_OF_MEDIAN * median(beyond.map(Math.abs)) + Number.EPSILON;
    beyond = distances(
      effects,
      changes,
      beyond.map((one) => 1 / Math.max(1, Math.abs(one) / (PULLS_LESS_FROM * spread))),
    );
  }
  return beyond;
}

/** To the straight line of least weighted squares. */
function distances(effects: readonly number[], changes: readonly number[], weights: readonly number[]): readonly number[] {
  const sum = (of: (at: number) => number) => weights.reduce((total, weight, at) => total + weight * of(at), 0);
  const effectAt = (at: number) => effects[at] ?? 0;
  const changeAt = (at: number) => changes[at] ?? 0;
  const all = sum(() => 1);
  const [effect, change] = [sum(effectAt) / all, sum(changeAt) / all];
  const spread = sum((at) => (changeAt(at) - change) ** 2);
  const slope = spread === 0 ? 0 : sum((at) => (changeAt(at) - change) * (effectAt(at) - effect)) / spread;
  return effects.map((one, at) => one - effect - slope * (changeAt(at) - change));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** A cell is drawn towards nothing as if this much of a window without effect held it: few windows reach the border of the plane. */
const UNSEEN = 0.5;

/**
 * @returns per cell of the plane what the windows that hold it do beyond their change, on average. A window speaks most of its
 * middle and not at all of its edge, so that the peak lies in what it hides and not on the grid of the sweep.
 */
export function effectMap({ windows, ...seen }: Sweep, { width, height }: Pick<RegionSearch, 'width' | 'height'>): Float32Array {
  const effects = beyondChange(seen);
  const [sum, weight] = [new Float32Array(width * height), new Float32Array(width * height).fill(UNSEEN)];
  windows.forEach(({ left, top, right, bottom }, at) => {
    const [across, down] = [tent(right - left), tent(bottom - top)];
    for (let row = top; row < bottom; row += 1) {
      for (let column = left; column < right; column += 1) {
        const [cell, share] = [row * width + column, (across[column - left] ?? 0) * (down[row - top] ?? 0)];
        sum[cell] = (sum[cell] ?? 0) + share * (effects[at] ?? 0);
        weight[cell] = (weight[cell] ?? 0) + share;
      }
    }
  });
  return sum.map((value, cell) => value / (weight[cell] ?? 1));
}

/** From nothing at both ends to about 1 in the middle. */
function tent(length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => 1 - Math.abs(((at + 0.5) / length) * 2 - 1));
}
