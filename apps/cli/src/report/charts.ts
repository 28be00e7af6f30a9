import type { DecisionPoint, ReliabilityBin } from '@concord/pipeline/evaluate';
import { escaped, percent, plain } from './words.ts';

const SIZE = { width: 440, height: 300, left: 64, right: 16, top: 30, bottom: 48 } as const;
const STEPS = 4;

interface Frame {
  readonly id: string;
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly x: Axis;
  readonly y: Axis;
}

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly shown: (value: number) => string;
}

/** What was said against what was seen: on the line, the number can be taken at its word. */
export function reliabilityChart(bins: readonly ReliabilityBin[], id: string): string {
  const most = Math.max(...bins.flatMap(({ said, seen }) => [said, seen.interval?.[1] ?? seen.value ?? 0]), 0.001);
  const axis: Axis = { from: 0, to: roundUp(most), shown: percent };
  const frame: Frame = {
    id,
    title: 'Chance said against share seen, ten groups of equal size, each with its 95 % interval',
    across: 'Chance said',
    up: 'Seen',
    x: axis,
    y: axis,
  };
  const { x, y } = scales(frame);
  const marks = bins.map(({ said, seen }) => {
    const [low, high] = seen.interval ?? [seen.value ?? 0, seen.value ?? 0];
    return `<line class="whisker" x1="${x(said)}" x2="${x(said)}" y1="${y(low)}" y2="${y(high)}"/><circle class="mark" cx="${x(said)}" cy="${y(seen.value ?? 0)}" r="4.5"/>`;
  });
  return drawn(frame, `<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(axis.to)}" y2="${y(axis.to)}"/>${marks.join('')}`);
}

/** Net benefit of acting on the score beside acting on everybody and on nobody. */
export function decisionChart(points: readonly DecisionPoint[], id: string): string {
  const benefits = points.map(({ score }) => score);
  const most = Math.max(...benefits, ...points.map(({ everybody }) => everybody), 0.001);
  const frame: Frame = {
    id,
    title: 'Net benefit per 100 questions by the threshold at which somebody acts: the score, everybody, nobody',
    across: 'Act from this chance on',
    up: 'Net benefit',
    x: { from: points[0]?.threshold ?? 0, to: points.at(-1)?.threshold ?? 1, shown: percent },
    y: { from: Math.min(-most / 5, ...benefits), to: most * 1.05, shown: (value) => plain(value, most < 1 ? 2 : 1) },
  };
  const { x, y } = scales(frame);
  const path = (of: (point: DecisionPoint) => number): string =>
    points.map((point) => `${x(point.threshold)},${y(Math.max(frame.y.from, of(point)))}`).join(' ');
  return drawn(
    frame,
    `<line class="nobody" x1="${x(frame.x.from)}" x2="${x(frame.x.to)}" y1="${y(0)}" y2="${y(0)}"/><polyline class="everybody" points="${path(({ everybody }) => everybody)}"/><polyline class="score" points="${path(({ score }) => score)}"/>`,
  );
}

/** A round number at or above: 1, 2, 4, 6 or 8 times a power of ten, so that four ticks are round too. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8].find((step) => step * power >= value * 0.999) ?? 10) * power;
}

function scales({ x, y }: Frame): { readonly x: (value: number) => string; readonly y: (value: number) => string } {
  const [wide, tall] = [SIZE.width - SIZE.left - SIZE.right, SIZE.height - SIZE.top - SIZE.bottom];
  return {
    x: (value) => (SIZE.left + (wide * (value - x.from)) / (x.to - x.from)).toFixed(1),
    y: (value) => (SIZE.top + tall * (1 - (value - y.from) / (y.to - y.from))).toFixed(1),
  };
}

function drawn(frame: Frame, inside: string): string {
  const { x, y } = scales(frame);
  const ticks = ({ from, to }: Axis): readonly number[] => Array.from({ length: STEPS + 1 }, (_, step) => from + (step * (to - from)) / STEPS);
  const bottom = SIZE.height - SIZE.bottom;
  const across = ticks(frame.x).map((value) => `<text x="${x(value)}" y="${bottom + 18}" text-anchor="middle">${escaped(frame.x.shown(value))}</text>`);
  const up = ticks(frame.y).map(
    (value) =>
      `<line class="grid" x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${SIZE.left - 6}" y="${y(value)}" dy="4" text-anchor="end">${escaped(frame.y.shown(value))}</text>`,
  );
  const names = `<text x="${(SIZE.left + SIZE.width) / 2}" y="${SIZE.height - 8}" text-anchor="middle">${escaped(frame.across)}</text><text x="2" y="14">${escaped(frame.up)}</text>`;
  return `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="${frame.id}"><title id="${frame.id}">${escaped(frame.title)}</title>${up.join('')}${across.join('')}${names}${inside}</svg>`;
}
