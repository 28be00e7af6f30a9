import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasSingleThree, news2Band, news2Points, news2Sum, partialNews2 } from './news2-points.ts';
import { NEWS2_PARAMETERS, type News2Readings } from './news2.ts';

const edges = {
  respiration: [
    [8, 3],
    [9, 1],
    [11, 1],
    [12, 0],
    [20, 0],
    [21, 2],
    [24, 2],
    [25, 3],
  ],
  spo2: [
    [91, 3],
    [92, 2],
    [93, 2],
    [94, 1],
    [95, 1],
    [96, 0],
  ],
  systolic: [
    [90, 3],
    [91, 2],
    [100, 2],
    [101, 1],
    [110, 1],
    [111, 0],
    [219, 0],
    [220, 3],
  ],
  pulse: [
    [40, 3],
    [41, 1],
    [50, 1],
    [51, 0],
    [90, 0],
    [91, 1],
    [110, 1],
    [111, 2],
    [130, 2],
    [131, 3],
  ],
  temperature: [
    [35.0, 3],
    [35.1, 1],
    [36.0, 1],
    [36.1, 0],
    [38.0, 0],
    [38.1, 1],
    [39.0, 1],
    [39.1, 2],
  ],
} as const;

const readings: fc.Arbitrary<News2Readings> = fc.record(
  {
    respiration: fc.integer({ min: 0, max: 80 }),
    spo2: fc.integer({ min: 40, max: 100 }),
    oxygen: fc.boolean(),
    systolic: fc.integer({ min: 30, max: 300 }),
    pulse: fc.integer({ min: 0, max: 300 }),
    consciousness: fc.constantFrom('A', 'C', 'V', 'P', 'U'),
    temperature: fc.double({ min: 25, max: 44, noNaN: true }),
  },
  { requiredKeys: [] },
);

describe('the points of one parameter', () => {
  it.each(Object.entries(edges))('%s change exactly at the edges of the chart', (parameter, rows) => {
    for (const [value, points] of rows) expect(news2Points({ [parameter]: value }), `${parameter} ${value}`).toEqual({ [parameter]: points });
  });

  it('are taken on whole numbers, temperature on tenths, as a chart is read', () => {
    expect(news2Points({ spo2: 95.5 })).toEqual({ spo2: 0 });
    expect(news2Points({ spo2: 95.4 })).toEqual({ spo2: 1 });
    expect(news2Points({ respiration: 8.6 })).toEqual({ respiration: 1 });
    expect(news2Points({ temperature: 35.04 })).toEqual({ temperature: 3 });
    expect(news2Points({ temperature: 35.06 })).toEqual({ temperature: 1 });
  });

  it('give two for supplemental oxygen and three for anyone not alert', () => {
    expect(news2Points({ oxygen: true, consciousness: 'C' })).toEqual({ oxygen: 2, consciousness: 3 });
    expect(news2Points({ oxygen: false, consciousness: 'A' })).toEqual({ oxygen: 0, consciousness: 0 });
  });

  it('on scale 2 punish too much oxygen only while oxygen is given', () => {
    for (const [spo2, onAir, onOxygen] of [
      [83, 3, 3],
      [84, 2, 2],
      [86, 1, 1],
      [88, 0, 0],
      [92, 0, 0],
      [93, 0, 1],
      [95, 0, 2],
      [97, 0, 3],
    ] as const) {
      expect(news2Points({ spo2, oxygen: false }, 2).spo2).toBe(onAir);
      expect(news2Points({ spo2, oxygen: true }, 2).spo2).toBe(onOxygen);
      expect(news2Points({ spo2 }, 2).spo2, 'unknown oxygen keeps the lower bound').toBe(onAir);
    }
  });
});

describe('the sum', () => {
  it('never falls when one more parameter is measured, and never leaves 0 to 20', () => {
    fc.assert(
      fc.property(readings, fc.constantFrom(...NEWS2_PARAMETERS), fc.constantFrom(1 as const, 2 as const), (all, left, scale) => {
        const fewer = Object.fromEntries(Object.entries(all).filter(([parameter]) => parameter !== left));
        const sum = news2Sum(news2Points(all, scale));
        expect(sum).toBeLessThanOrEqual(20);
        expect(news2Sum(news2Points(fewer, scale))).toBeLessThanOrEqual(sum);
      }),
    );
  });

  it('of the partial score leaves oxygen and consciousness out', () => {
    expect(partialNews2({ respiration: 25, spo2: 91, systolic: 90, pulse: 131, temperature: 39.1 })).toBe(14);
    expect(partialNews2({})).toBe(0);
  });
});

describe('the band', () => {
  it('follows the RCP response, a single three lifting a low total', () => {
    expect([0, 4].map((total) => news2Band(total, false))).toEqual(['low', 'low']);
    expect(news2Band(3, true)).toBe('low-single');
    expect([5, 6].map((total) => news2Band(total, true))).toEqual(['urgent', 'urgent']);
    expect(news2Band(7, false)).toBe('emergency');
    expect(hasSingleThree(news2Points({ consciousness: 'V' }))).toBe(true);
  });
});
