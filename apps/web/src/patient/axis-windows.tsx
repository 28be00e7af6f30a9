'use client';

import type { WireEvidence } from '@concord/contracts';
import { LEFT, TOP, type AxisFrame } from './axis-frame.ts';
import type { AxisProps } from './time-axis.tsx';

/** The minutes that a reason points to: tint, edge and tag on its own lane. */
export function Windows({ frame, evidence, tags, focus }: AxisProps & { readonly frame: AxisFrame }) {
  const chosen = focus.selected?.id ?? null;
  return (
    <>
      {evidence.map((item) => {
        const tag = tags.get(item.id);
        if (item.kind !== 'signal-window' || tag === undefined) return null;
        return <Window key={item.id} item={item} tag={tag} frame={frame} chosen={chosen} onSelect={focus.select} />;
      })}
    </>
  );
}

/** A sign that has no lane of its own still has its minutes: they are marked across all lanes. */
function allLanes({ lanes }: AxisFrame): { readonly top: number; readonly height: number } | undefined {
  const [first, last] = [lanes[0], lanes.at(-1)];
  return first && last && { top: first.top, height: last.top + last.height - first.top };
}

interface WindowProps {
  readonly item: Extract<WireEvidence, { kind: 'signal-window' }>;
  readonly tag: number;
  readonly frame: AxisFrame;
  readonly chosen: string | null;
  readonly onSelect: (id: string) => void;
}

function Window({ item, tag, frame, chosen, onSelect }: WindowProps) {
  const laid = frame.lanes.find((one) => one.lane.code === item.pointer.code) ?? allLanes(frame);
  if (!laid) return null;
  const from = Math.max(frame.x(Date.parse(item.pointer.from)), LEFT);
  const to = Math.min(frame.x(Date.parse(item.pointer.to)), frame.edge);
  if (to < LEFT || from > frame.edge) return null;
  const on = chosen === item.id;
  const top = TOP + laid.top + 1;
  const height = laid.height - 2;
  const side = Math.min(18, height);
  const plateX = from - side - 3 >= LEFT ? from - side - 3 : from + 3;
  const middle = top + height / 2;
  return (
    <g
      className="point"
      onClick={() => {
        onSelect(item.id);
      }}
    >
      <rect className={`win${on ? ' on' : chosen === null ? '' : ' faint'}`} x={from} y={top} width={Math.max(3, to - from)} height={height} />
      <rect className={on ? 'plate on' : 'plate'} x={plateX} y={middle - side / 2} width={side} height={side} rx="2" />
      <text className={on ? 'tg on' : 'tg'} x={plateX + side / 2} y={middle + 4.5} textAnchor="middle">
        {tag}
      </text>
    </g>
  );
}
