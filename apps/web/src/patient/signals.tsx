'use client';

import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { gapsOf, stackedScale, type LaidLane } from '@concord/ui';
import { PAD } from './axis-frame.ts';

interface Props {
  readonly lanes: readonly LaidLane[];
  readonly stack: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/** The numbers of all lanes on one canvas: one uPlot, a scale for each lane, each held in its own band. */
export function Signals({ lanes, stack, width, from, to }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element || width <= 0) return;
    let chart: uPlot | undefined;
    let left = false;
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const draw = () => {
      void import('uplot').then(({ default: Chart }) => {
        if (left) return;
        chart?.destroy();
        chart = new Chart(optionsFor(lanes, { stack, width, from, to }), dataOf(lanes, from, to), element);
      });
    };
    draw();
    dark.addEventListener('change', draw);
    return () => {
      left = true;
      dark.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [lanes, stack, width, from, to]);
  return <div ref={host} className="signals" aria-hidden="true" />;
}

interface Box {
  readonly stack: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

function numeric(lanes: readonly LaidLane[]): readonly LaidLane[] {
  return lanes.filter((laid) => laid.form === 'line' || laid.form === 'dots');
}

function optionsFor(lanes: readonly LaidLane[], { stack, width, from, to }: Box): uPlot.Options {
  const ink = getComputedStyle(document.documentElement).getPropertyValue('--text').trim();
  const shown = numeric(lanes);
  const scales: uPlot.Scales = { x: { time: false, range: () => [from / 1_000, to / 1_000] } };
  for (const laid of shown) {
    const [min, max] = stackedScale(laid, stack, PAD);
    scales[laid.lane.code] = { range: () => [min, max] };
  }
  return {
    width,
    height: stack,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }],
    scales,
    series: [
      {},
      ...shown.map((laid): uPlot.Series => ({
        scale: laid.lane.code,
        stroke: ink,
        width: laid.form === 'line' ? 1.3 : 0,
        points: laid.form === 'line' ? { show: false } : { show: true, size: laid.lane.points.length > 24 ? 4 : 6, width: 0, fill: ink, stroke: ink },
        ...(laid.form === 'dots' ? { paths: () => null } : {}),
      })),
    ],
  };
}

/** All lanes on one list of times. `undefined` is another lane's time; `null` is a silence, and the line breaks there. */
function dataOf(lanes: readonly LaidLane[], from: number, to: number): uPlot.AlignedData {
  const shown = numeric(lanes);
  const columns = shown.map((laid) => columnOf(laid, from, to));
  const times = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  return [times.map((at) => at / 1_000), ...columns.map((column) => times.map((at) => column.get(at)))];
}

function columnOf(laid: LaidLane, from: number, to: number): ReadonlyMap<number, number | null> {
  const [low, high] = laid.lane.range;
  const column = new Map<number, number | null>();
  for (const point of laid.lane.points) {
    if (point.mean !== null) column.set(Date.parse(point.at), Math.min(high, Math.max(low, point.mean)));
  }
  if (laid.form === 'line') for (const [begin, end] of gapsOf(laid.lane, from, to)) column.set((begin + end) / 2, null);
  return column;
}
