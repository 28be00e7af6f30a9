import type { WorklistRow } from '@concord/contracts';
import { percent, points } from './format.ts';
import type { Tier } from './words.ts';

const WIDTH = 132;
const HEIGHT = 34;
/** Right edge of the line; the last dot needs room. */
const EDGE = 126;
const LEFT = 2;
/** One scale for all rows, so that two rows can be compared: 0 to 50 %. */
const TOP_PROBABILITY = 0.5;
const DAY_MS = 24 * 3_600_000;

type Trend = WorklistRow['trend'];

interface Props {
  readonly trend: Trend;
  readonly tier: Tier | null;
  /** End of the line: the moment the answer was made. */
  readonly nowMs: number;
}

/** The chance over the last 24 hours: steps on a fixed scale, hatch where there was no score. */
export function TrendLine({ trend, tier, nowMs }: Props) {
  const { path, gaps, last } = trendGeometry(trend, nowMs);
  if (path === '' && gaps.length === 0) return <span className="three">no history</span>;
  return (
    <svg className="spark" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} role="img" aria-label={trendWords(trend)}>
      <path className="base" d={`M${String(LEFT)} ${String(HEIGHT - 2)}H${String(EDGE)}`} />
      {gaps.map(([from, to]) => (
        <rect key={from} className="off" x={from} y="2" width={to - from} height={HEIGHT - 4} fill="url(#hatch)" />
      ))}
      <path className="ln" d={path} />
      {last && <circle className={`dot t-${tier ?? 'usual'}`} cx={last[0]} cy={last[1]} r="3" />}
    </svg>
  );
}

export interface TrendGeometry {
  /** SVG path of the steps, broken where there was no score. */
  readonly path: string;
  /** Stretches without a score, in pixels. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  /** Where the newest score stands; null when the newest answer is no score. */
  readonly last: readonly [x: number, y: number] | null;
}

/** Each score holds until the next answer: steps, nothing smoothed, nothing joined across an abstention. */
export function trendGeometry(trend: Trend, nowMs: number): TrendGeometry {
  const x = (at: number) => round(LEFT + Math.min(1, Math.max(0, 1 - (nowMs - at) / DAY_MS)) * (EDGE - LEFT));
  const y = (probability: number) => round(HEIGHT - 2 - (Math.min(probability, TOP_PROBABILITY) / TOP_PROBABILITY) * (HEIGHT - 5));
  const points = trend.points.filter((point) => Date.parse(point.asOf) > nowMs - DAY_MS);
  const parts: string[] = [];
  const gaps: (readonly [number, number])[] = [];
  points.forEach((point, index) => {
    const from = x(Date.parse(point.asOf));
    const next = points[index + 1];
    const to = next ? x(Date.parse(next.asOf)) : EDGE;
    if (point.probability === null) {
      if (to > from) gaps.push([from, to]);
      return;
    }
    const joined = index > 0 && points[index - 1]?.probability !== null;
    parts.push(`${joined ? 'L' : 'M'}${String(from)} ${String(y(point.probability))}H${String(to)}`);
  });
  const newest = points.at(-1);
  const last = newest && newest.probability !== null ? ([EDGE, y(newest.probability)] as const) : null;
  return { path: parts.join(''), gaps, last };
}

/** The trend for those who do not see the line. */
export function trendWords(trend: Trend): string {
  const scored = trend.points.filter((point) => point.probability !== null);
  const newest = scored.at(-1)?.probability;
  if (newest === undefined || newest === null) return 'Last 24 h: no score';
  const first = scored[0]?.probability ?? newest;
  const change = trend.change6h === null ? '' : `, ${points(trend.change6h)} points in 6 h`;
  return `Last 24 h: ${percent(first)} to ${percent(newest)}${change}`;
}

/** Change over six hours in whole points, with an arrow once it is two or more. */
export function Change({ change }: { readonly change: number | null }) {
  if (change === null) return <span className="delta flat">–</span>;
  const whole = Math.round(change * 100);
  if (Math.abs(whole) < 2) return <span className="delta flat">{points(change)}</span>;
  return (
    <span className="delta">
      {points(change)} <span aria-hidden="true">{whole > 0 ? '↑' : '↓'}</span>
    </span>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
