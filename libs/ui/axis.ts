import type { Lane } from '@concord/contracts';

/** How a lane is drawn: a line for dense signals, dots for spot values, letters for coded answers, bars for oxygen. */
export type LaneForm = 'line' | 'dots' | 'letters' | 'oxygen';

export interface LaidLane {
  readonly lane: Lane;
  readonly form: LaneForm;
  /** Pixels from the top of the lanes. */
  readonly top: number;
  readonly height: number;
}

const OXYGEN_FLOW = '3151-8';
/** Unit under which a lane of coded answers comes. */
const CODED = 'ACVPU';
/** More readings than this in the shown window and a line reads better than dots. */
const DENSE = 60;
const HEIGHTS: Readonly<Record<LaneForm, number>> = { line: 44, dots: 38, letters: 20, oxygen: 22 };

/** Stacks the lanes in the order in which they came; numbers first, coded answers below. */
export function layLanes(lanes: readonly Lane[]): readonly LaidLane[] {
  const formed = lanes.map((lane) => ({ lane, form: formOf(lane) }));
  const rank = { line: 0, dots: 0, oxygen: 1, letters: 2 } as const;
  const ordered = [...formed].sort((a, b) => rank[a.form] - rank[b.form]);
  let top = 0;
  return ordered.map(({ lane, form }) => {
    const laid = { lane, form, top, height: HEIGHTS[form] };
    top += laid.height;
    return laid;
  });
}

export function lanesHeight(laid: readonly LaidLane[]): number {
  return laid.reduce((sum, lane) => sum + lane.height, 0);
}

function formOf(lane: Lane): LaneForm {
  if (lane.code === OXYGEN_FLOW) return 'oxygen';
  if (lane.unit === CODED) return 'letters';
  const numbers = lane.points.filter((point) => point.mean !== null).length;
  if (numbers === 0 && lane.points.some((point) => point.text !== null)) return 'letters';
  return numbers > DENSE ? 'line' : 'dots';
}

/**
 * Scale of a stacked lane for a chart that spans all lanes: limits such that the lane's own range falls into its band.
 * @returns `[min, max]` of the full chart height.
 */
export function stackedScale({ lane, top, height }: LaidLane, total: number, pad: number): readonly [number, number] {
  const [low, high] = lane.range;
  const perPixel = (high - low) / (height - 2 * pad);
  return [low - (total - (top + height - pad)) * perPixel, high + (top + pad) * perPixel];
}

/** Pixel of a value inside the stack, held inside its lane. */
export function laneY({ lane, top, height }: LaidLane, value: number, pad: number): number {
  const [low, high] = lane.range;
  const held = Math.min(high, Math.max(low, value));
  return top + height - pad - ((held - low) / (high - low)) * (height - 2 * pad);
}

/** A longer silence than this in a dense signal is a gap, whatever its usual rhythm. */
const GAP_MS = 15 * 60_000;

/** Stretches of a dense lane without a reading: at least a quarter of an hour and three times its usual step. */
export function gapsOf(lane: Lane, from: number, to: number): readonly (readonly [number, number])[] {
  const times = lane.points.filter((point) => point.mean !== null).map((point) => Date.parse(point.at));
  if (times.length < 2) return [];
  const limit = Math.max(GAP_MS, 3 * median(times.slice(1).map((time, index) => time - (times[index] ?? time))));
  const edges = [from, ...times.filter((time) => time >= from && time <= to), to];
  return edges.slice(1).flatMap((time, index) => {
    const before = edges[index] ?? time;
    return time - before > limit ? [[before, time] as const] : [];
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const HOUR_MS = 3_600_000;

/**
 * Full hours of the site's clock inside the window, about `wanted` of them.
 * @param hourOf hour of the site's wall clock at a moment; zones with half hours still tick on full ones.
 */
export function ticks(from: number, to: number, wanted: number, wallOf: (at: number) => { readonly hour: number; readonly minute: number }): readonly number[] {
  const hours = (to - from) / HOUR_MS;
  const step = [1, 2, 3, 4, 6, 12].find((candidate) => hours / candidate <= wanted) ?? 12;
  const first = wallOf(from).minute;
  const start = from - (from % 60_000) + ((60 - first) % 60) * 60_000;
  const found: number[] = [];
  for (let at = start; at <= to; at += HOUR_MS) if (wallOf(at).hour % step === 0) found.push(at);
  return found;
}

/** The reading nearest to a moment, no further away than `within`. */
export function nearest(lane: Lane, at: number, within: number): Lane['points'][number] | null {
  let best: Lane['points'][number] | null = null;
  let distance = within;
  for (const point of lane.points) {
    const away = Math.abs(Date.parse(point.at) - at);
    if (away > distance) continue;
    best = point;
    distance = away;
  }
  return best;
}

/** Moves a window of `span` so that it holds `centre` and stays inside `[from, to]`. */
export function zoomed(span: number, centre: number, [from, to]: readonly [number, number]): readonly [number, number] {
  if (span >= to - from) return [from, to];
  const start = Math.min(Math.max(from, centre - span / 2), to - span);
  return [start, start + span];
}
