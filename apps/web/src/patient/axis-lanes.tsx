import type { Lane } from '@concord/contracts';
import { age, gapsOf, laneY, measured, nearest, signed, unitWords, type LaidLane } from '@concord/ui';
import { LEFT, PAD, TOP, shownAt, type AxisFrame } from './axis-frame.ts';

/** Names that fit beside the plot. */
const NAMES: Readonly<Record<string, string>> = { '2708-6': 'SpO₂', '8480-6': 'Systolic', '8310-5': 'Temp.', '80288-4': 'ACVPU' };

interface RowsProps {
  readonly frame: AxisFrame;
  readonly cursor: number | null;
  readonly nowMs: number;
}

/** Further away than this, a reading is not the reading at the cursor. */
const NEAR_MS = 30 * 60_000;
/** A spot value of oxygen is drawn until the next one, at most this long: nothing is carried on for ever. */
const OXYGEN_HOLDS_MS = 4 * 3_600_000;

/** Name, threshold, gaps and the newest value of each lane; the lines themselves lie on the canvas below. */
export function LaneRows({ frame, cursor, nowMs }: RowsProps) {
  return (
    <>
      {frame.lanes.map((laid) => (
        <g key={laid.lane.code}>
          <path className="grid" d={`M${String(LEFT)} ${String(TOP + laid.top + laid.height)}H${String(frame.edge)}`} />
          <Names laid={laid} />
          <Threshold laid={laid} frame={frame} />
          {laid.form === 'line' && <Gaps laid={laid} frame={frame} />}
          {laid.form === 'oxygen' && <Oxygen laid={laid} frame={frame} />}
          {laid.form === 'letters' && <Letters laid={laid} frame={frame} />}
          {cursor === null ? <Newest laid={laid} frame={frame} nowMs={nowMs} /> : <AtCursor laid={laid} frame={frame} at={cursor} />}
        </g>
      ))}
      <path className="ground" d={`M0 ${String(TOP + frame.stack)}H${String(frame.width)}`} />
    </>
  );
}

interface LaneProps {
  readonly laid: LaidLane;
  readonly frame: AxisFrame;
}

function middle(laid: LaidLane): number {
  return TOP + laid.top + laid.height / 2;
}

function Names({ laid }: { readonly laid: LaidLane }) {
  const tall = laid.height >= 34;
  const unit = unitWords(laid.lane.unit);
  return (
    <>
      <text className="lab" x="0" y={middle(laid) + (tall ? -2 : 5)}>
        {NAMES[laid.lane.code] ?? laid.lane.label}
      </text>
      {tall && unit && (
        <text x="0" y={middle(laid) + 12}>
          {unit}
        </text>
      )}
    </>
  );
}

function Threshold({ laid, frame }: LaneProps) {
  const { lane, form } = laid;
  if (lane.threshold === null || form === 'letters' || form === 'oxygen') return null;
  const y = TOP + laneY(laid, lane.threshold, PAD);
  return (
    <>
      <path className="thr" d={`M${String(LEFT)} ${y.toFixed(1)}H${String(frame.edge)}`} />
      <text x={LEFT - 6} y={y + 4} textAnchor="end">
        {lane.unit === 'Cel' ? lane.threshold.toFixed(1) : String(lane.threshold)}
      </text>
    </>
  );
}

function Gaps({ laid, frame }: LaneProps) {
  return (
    <>
      {gapsOf(laid.lane, frame.from, frame.to).map(([from, to]) => (
        <g key={from} className="gap">
          <rect x={frame.x(from)} y={TOP + laid.top + 1} width={frame.x(to) - frame.x(from)} height={laid.height - 2} fill="url(#hatch)" />
          {frame.x(to) - frame.x(from) > 62 && (
            <text x={(frame.x(from) + frame.x(to)) / 2} y={middle(laid) + 4} textAnchor="middle">
              no data
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** Given oxygen as bars with its flow; air as a thin line. */
function Oxygen({ laid, frame }: LaneProps) {
  const shown = runsOf(laid.lane.points).filter((run) => run.to > frame.from && run.from < frame.to);
  return (
    <>
      {shown.map((run, index) => (
        <OxygenBar key={run.from} run={run} said={run.flow > 0 || shown[index - 1]?.flow !== run.flow} laid={laid} frame={frame} />
      ))}
    </>
  );
}

interface BarProps extends LaneProps {
  readonly run: OxygenRun;
  /** Air is said once for a row of stretches. */
  readonly said: boolean;
}

function OxygenBar({ run, said, laid, frame }: BarProps) {
  const left = frame.x(Math.max(run.from, frame.from));
  const width = frame.x(Math.min(run.to, frame.to)) - left;
  const words = said && width > 56;
  const y = middle(laid);
  if (run.flow === 0) {
    return (
      <>
        <path className="air" d={`M${left.toFixed(1)} ${y.toFixed(1)}h${width.toFixed(1)}`} />
        {words && (
          <text x={left + 4} y={y - 2}>
            air
          </text>
        )}
      </>
    );
  }
  return (
    <>
      <rect className="o2" x={left} y={TOP + laid.top + 3} width={width} height={laid.height - 6} />
      {words && (
        <text className="lab" x={left + width - 6} y={y + 4.5} textAnchor="end">
          {`${measuredFlow(run.flow)}\u00a0L/min`}
        </text>
      )}
    </>
  );
}

interface OxygenRun {
  readonly from: number;
  readonly to: number;
  readonly flow: number;
}

function runsOf(points: Lane['points']): readonly OxygenRun[] {
  const known = points.flatMap((point) => (point.mean === null ? [] : [{ at: Date.parse(point.at), flow: point.mean }]));
  const runs: OxygenRun[] = [];
  known.forEach((point, index) => {
    const next = known[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const to = Math.min(next, point.at + OXYGEN_HOLDS_MS);
    const before = runs.at(-1);
    if (before && before.flow === point.flow && before.to === point.at) runs[runs.length - 1] = { ...before, to };
    else runs.push({ from: point.at, to, flow: point.flow });
  });
  return runs;
}

function measuredFlow(flow: number): string {
  return Number.isInteger(flow) ? String(flow) : flow.toFixed(1);
}

/** Coded answers as their letters; where two would touch, the later waits. */
function Letters({ laid, frame }: LaneProps) {
  let right = Number.NEGATIVE_INFINITY;
  const shown = laid.lane.points.flatMap((point) => {
    const at = Date.parse(point.at);
    const x = frame.x(at);
    if (point.text === null || !shownAt(frame, at) || x < right + 20) return [];
    right = x;
    return [{ at, x, text: point.text }];
  });
  return (
    <>
      {shown.map(({ at, x, text }) => (
        <text key={at} x={x} y={middle(laid) + 5} textAnchor="middle">
          {text}
        </text>
      ))}
    </>
  );
}

function Newest({ laid, frame, nowMs }: LaneProps & { readonly nowMs: number }) {
  const { latest, unit } = laid.lane;
  const y = middle(laid) + 5;
  if (!latest) {
    return (
      <text x={frame.edge + 12} y={y}>
        not recorded
      </text>
    );
  }
  const value = latest.text ?? (latest.value === null ? '–' : laid.form === 'oxygen' ? measuredFlow(latest.value) : measured(latest.value, unit));
  return (
    <>
      <text className={latest.stale ? 'val old' : 'val'} x={frame.edge + 12} y={y}>
        {value}
      </text>
      <text className={latest.stale ? 'old' : undefined} x={frame.edge + 58} y={y}>
        {age(Date.parse(latest.at), nowMs)}
      </text>
      <Points points={latest.stale ? null : latest.points} x={frame.width - 2} y={y} />
    </>
  );
}

function Points({ points, x, y }: { readonly points: number | null; readonly x: number; readonly y: number }) {
  if (points === null) return null;
  return (
    <text className={points >= 3 ? 'b3' : points > 0 ? 'b' : undefined} x={x} y={y} textAnchor="end">
      {points === 0 ? '+0' : signed(points, 0)}
    </text>
  );
}

/** What was measured nearest to the cursor; nothing when nothing was near. */
function AtCursor({ laid, frame, at }: LaneProps & { readonly at: number }) {
  const point = nearest(laid.lane, at, NEAR_MS);
  const value =
    point?.text ??
    (point?.mean === null || point?.mean === undefined ? '–' : laid.form === 'oxygen' ? measuredFlow(point.mean) : measured(point.mean, laid.lane.unit));
  return (
    <text className="val" x={frame.edge + 12} y={middle(laid) + 5}>
      {value}
    </text>
  );
}
