import { describe, expect, it } from 'vitest';
import { slotSummary } from './input-slots.tsx';
import { trendGeometry, trendWords } from './trend-line.tsx';

const now = Date.parse('2026-11-23T02:00:00Z');
const hoursAgo = (hours: number, probability: number | null) => ({ asOf: new Date(now - hours * 3_600_000).toISOString(), probability });

describe('the trend of a chance', () => {
  it('is not joined across hours without a score', () => {
    const { path, gaps, last } = trendGeometry({ change6h: null, points: [hoursAgo(20, 0.1), hoursAgo(10, null), hoursAgo(5, 0.2)] }, now);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(gaps).toHaveLength(1);
    expect(last).not.toBeNull();
  });

  it('ends in a hatch, not in a dot, when the newest answer is no score', () => {
    const { gaps, last } = trendGeometry({ change6h: null, points: [hoursAgo(20, 0.1), hoursAgo(3, null)] }, now);
    expect(last).toBeNull();
    expect(gaps.at(-1)?.[1]).toBe(126);
  });

  it('has one scale for all rows: the same chance stands at the same height', () => {
    const a = trendGeometry({ change6h: null, points: [hoursAgo(2, 0.2)] }, now);
    const b = trendGeometry({ change6h: null, points: [hoursAgo(12, 0.01), hoursAgo(2, 0.2)] }, now);
    expect(a.last?.[1]).toBe(b.last?.[1]);
  });

  it('is said in words for those who do not see the line', () => {
    expect(trendWords({ change6h: 0.12, points: [hoursAgo(9, 0.2), hoursAgo(1, 0.34)] }).replaceAll('\u00a0', ' ')).toBe(
      'Last 24 h: 20 % to 34 %, +12 points in 6 h',
    );
  });
});

describe('the line under the input slots', () => {
  const vitals = { modality: 'vitals', state: 'used' as const, newestAt: new Date(now).toISOString() };
  it('names what is missing and what is old', () => {
    expect(
      slotSummary(
        [vitals, { modality: 'radiology-report', state: 'absent', newestAt: null }, { modality: 'chest-imaging', state: 'absent', newestAt: null }],
        now,
      ),
    ).toBe('vitals only');
    expect(
      slotSummary(
        [
          vitals,
          { modality: 'radiology-report', state: 'stale', newestAt: hoursAgo(31, null).asOf },
          { modality: 'chest-imaging', state: 'used', newestAt: null },
        ],
        now,
      ).replaceAll('\u00a0', ' '),
    ).toBe('report 31 h');
  });
});
