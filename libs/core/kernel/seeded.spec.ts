import { describe, expect, it } from 'vitest';
import { seededRng } from './seeded.ts';

const draw = (seed: string | number, count: number): readonly number[] => {
  const rng = seededRng(seed);
  return Array.from({ length: count }, () => rng.next());
};

describe('a seeded source of chance', () => {
  it('repeats itself for the same seed and differs for the next', () => {
    expect(draw('ward-a', 50)).toEqual(draw('ward-a', 50));
    expect(draw(1, 5)).not.toEqual(draw(2, 5));
  });

  it('stays in [0, 1) and fills it evenly', () => {
    const values = draw(7, 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length);
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});
