'use client';

import { useLayoutEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import type { Timeline, WireEvidence } from '@concord/contracts';
import { clock, lanesHeight, layLanes, ticks, wall } from '@concord/ui';
import { LEFT, TOP, axisFrame, shownAt, type AxisFrame } from './axis-frame.ts';
import { EventLanes } from './axis-events.tsx';
import { LaneRows } from './axis-lanes.tsx';
import { Windows } from './axis-windows.tsx';
import { Signals } from './signals.tsx';
import type { PatientFocus } from './use-focus.ts';

export interface AxisProps {
  readonly timeline: Timeline;
  readonly focus: PatientFocus;
  readonly tags: ReadonlyMap<string, number>;
  readonly evidence: readonly WireEvidence[];
  readonly nowMs: number;
  readonly zone: string;
}

/** Before the page knows its width. */
const FIRST_WIDTH = 940;
const MINUTE = 60_000;

/** Vitals, oxygen, reports, images and scores on one axis with one cursor. */
export function TimeAxis(props: AxisProps) {
  const { timeline, focus } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const lanes = useMemo(() => layLanes(timeline.lanes), [timeline]);
  const stack = lanesHeight(lanes);
  const [from, to] = focus.window;
  const frame = useMemo(() => axisFrame(width ?? FIRST_WIDTH, lanes, stack, [from, to]), [width, lanes, stack, from, to]);
  const point = (event: PointerEvent<SVGRectElement>) => {
    const left = event.currentTarget.ownerSVGElement?.getBoundingClientRect().left ?? 0;
    focus.setCursor(Math.round(frame.timeAt(event.clientX - left) / MINUTE) * MINUTE);
  };
  return (
    <div className="axis" ref={host}>
      {width !== null && <Signals lanes={lanes} stack={stack} width={frame.edge - LEFT} from={from} to={to} />}
      <svg className="time" viewBox={`0 0 ${String(frame.width)} ${String(frame.height)}`} role="img" aria-label={label(props)}>
        <Hours frame={frame} zone={props.zone} cursor={focus.cursor} />
        <LaneRows frame={frame} cursor={focus.cursor} nowMs={props.nowMs} />
        <rect
          className="catch"
          x={LEFT}
          y={TOP}
          width={frame.edge - LEFT}
          height={frame.height - TOP}
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={(event) => {
            if (event.pointerType === 'mouse') focus.setCursor(null);
          }}
        />
        <Windows frame={frame} {...props} />
        <EventLanes frame={frame} {...props} />
        <Cursor frame={frame} at={focus.cursor} zone={props.zone} />
      </svg>
    </div>
  );
}

function label({ timeline, focus, zone }: AxisProps): string {
  const cursor = focus.cursor === null ? '' : ` Cursor at ${clock(focus.cursor, zone)}.`;
  return `Vitals, oxygen, reports, images and scores from ${clock(focus.window[0], zone)} to ${clock(focus.window[1], zone)}: ${String(timeline.reports.length)} reports, ${String(timeline.images.length)} images.${cursor} The newest readings stand in the table below.`;
}

/** Pixels the axis may use; null until it is on a screen. */
function useWidth(host: React.RefObject<HTMLDivElement | null>): number | null {
  const [width, setWidth] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.floor(entry.contentRect.width));
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
    };
  }, [host]);
  return width;
}

function Hours({ frame, zone, cursor }: { readonly frame: AxisFrame; readonly zone: string; readonly cursor: number | null }) {
  const far = (x: number, at: number | null) => at === null || Math.abs(x - frame.x(at)) > 44;
  const wanted = Math.floor((frame.edge - LEFT) / 84);
  return (
    <>
      {ticks(frame.from, frame.to, wanted, (at) => wall(at, zone)).map((at) => (
        <g key={at}>
          <path className="grid" d={`M${frame.x(at).toFixed(1)} ${String(TOP - 4)}V${String(frame.height)}`} />
          {far(frame.x(at), cursor) && frame.x(at) < frame.edge - 16 && frame.x(at) > LEFT + 14 && (
            <text x={frame.x(at)} y="13" textAnchor="middle">
              {clock(at, zone)}
            </text>
          )}
        </g>
      ))}
      <path className="ground" d={`M${String(frame.edge)} ${String(TOP - 4)}V${String(frame.height)}`} />
      <text className="lab" x={frame.edge + 12} y="13">
        {cursor === null ? 'now' : clock(cursor, zone)}
      </text>
      {cursor === null && (
        <text x={frame.edge + 58} y="13">
          age
        </text>
      )}
      <text x={frame.width - 2} y="13" textAnchor="end">
        NEWS2
      </text>
    </>
  );
}

function Cursor({ frame, at, zone }: { readonly frame: AxisFrame; readonly at: number | null; readonly zone: string }) {
  if (at === null || !shownAt(frame, at)) return null;
  const x = frame.x(at);
  return (
    <g data-testid="cursor">
      <path className="cur" d={`M${x.toFixed(1)} ${String(TOP - 4)}V${String(frame.height)}`} />
      <rect className="curb" x={x - 22} y="1" width="44" height="17" rx="2" />
      <text className="curt" x={x} y="14" textAnchor="middle">
        {clock(at, zone)}
      </text>
    </g>
  );
}
