import type { Lane } from '@concord/contracts';
import { describe, expect, it } from 'vitest';
import { gapsOf, laneY, lanesHeight, layLanes, stackedScale, ticks, zoomed } from './axis.ts';
import { wall } from './format.ts';

const start = Date.parse('2026-11-22T02:00:00Z');
const MINUTE = 60_000;
const lane = (minutes: readonly number[], code = '9279-1'): Lane => ({
  code,
  label: 'Respiration',
  unit: '/min',
  latest: null,
  threshold: 21,
  range: [8, 32],
  points: minutes.map((minute) => ({ at: new Date(start + minute * MINUTE).toISOString(), mean: 18, min: null, max: null, text: null, device: null })),
});

describe('the lanes of the time axis', () => {
  it('draw a dense signal as a line and spot values as dots, never joined', () => {
    const laid = layLanes([lane(Array.from({ length: 200 }, (_, i) => i)), lane([10, 300])]);
    expect(laid.map((one) => one.form)).toEqual(['line', 'dots']);
  });

  it('stand one below the other: the chart and the overlay agree on every pixel', () => {
    const laid = layLanes([lane([1, 2]), lane([3])]);
    const total = lanesHeight(laid);
    for (const one of laid) {
      const [min, max] = stackedScale(one, total, 4);
      const canvas = total - ((21 - min) / (max - min)) * total;
      expect(canvas).toBeCloseTo(laneY(one, 21, 4), 6);
    }
  });

  it('leave a gap where a monitor was silent', () => {
    const minutes = [...Array.from({ length: 100 }, (_, i) => i), ...Array.from({ length: 100 }, (_, i) => i + 160)];
    expect(gapsOf(lane(minutes), start, start + 259 * MINUTE).map(([from, to]) => (to - from) / MINUTE)).toEqual([61]);
  });

  it('tick on full hours of the site, over the change of the clocks too', () => {
    const from = Date.parse('2026-10-24T22:10:00Z');
    const found = ticks(from, from + 12 * 3_600_000, 6, (at) => wall(at, 'Europe/Berlin'));
    expect(found.map((at) => wall(at, 'Europe/Berlin').minute).every((minute) => minute === 0)).toBe(true);
    expect(found.map((at) => wall(at, 'Europe/Berlin').hour)).toEqual([2, 2, 4, 6, 8, 10]);
  });

  it('zoom without leaving what was fetched', () => {
    expect(zoomed(60, 10, [0, 240])).toEqual([0, 60]);
    expect(zoomed(60, 235, [0, 240])).toEqual([180, 240]);
    expect(zoomed(500, 10, [0, 240])).toEqual([0, 240]);
  });
});
