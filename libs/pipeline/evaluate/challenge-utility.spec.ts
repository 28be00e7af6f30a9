import { describe, expect, it } from 'vitest';
import { hourUtilities, normalisedUtility } from './challenge-utility.ts';

const stay = (length: number, positive?: number) => Array.from({ length }, (_, hour) => positive !== undefined && hour >= positive);

describe('the utility of the challenge of 2019', () => {
  it('of an alarm grows from twelve hours before onset to six before, and is gone three hours after it', () => {
    // The label turns 1 at hour 20, so onset is at hour 26.
    const hours = hourUtilities(stay(40, 20));
    expect([13, 14, 17, 20, 26, 29, 30].map((hour) => Math.round(hours[hour]!.alarm * 1000) / 1000)).toEqual([-0.05, 0, 0.5, 1, 0.333, 0, 0]);
  });

  it('of a missed septic hour falls to minus two three hours after onset', () => {
    const hours = hourUtilities(stay(40, 20));
    expect([20, 23, 29].map((hour) => Math.round(hours[hour]!.none * 1000) / 1000)).toEqual([0, -0.667, -2]);
  });

  it('of an alarm in a stay without sepsis is a small loss', () => {
    expect(hourUtilities(stay(3))).toEqual(Array.from({ length: 3 }, () => ({ alarm: -0.05, none: 0, best: 0 })));
  });

  it('is 0 for never raising an alarm and 1 for a perfect forecast', () => {
    const hours = [...hourUtilities(stay(40, 20)), ...hourUtilities(stay(20))];
    expect(normalisedUtility(hours, hours.map(() => false))).toBeCloseTo(0, 10); // prettier-ignore
    expect(normalisedUtility(hours, hours.map(({ alarm, best }) => alarm === best))).toBeCloseTo(1, 6); // prettier-ignore
  });
});
