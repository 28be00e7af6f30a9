import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BundleManifest } from '@concord/governance/models';
import { upperBound, withMargin } from './agreement-margin.ts';

describe('the margin of the second look', () => {
  it('is judged by the exact bound: no false alarm in 149 pairs proves 2 %, none in 148 does not', () => {
    expect(upperBound(0, 149)).toBeLessThan(0.02);
    expect(upperBound(0, 148)).toBeGreaterThan(0.02);
    expect(upperBound(5, 100)).toBeCloseTo(0.1023, 3);
  });

  it('lies above what was seen, and falls with more pairs of the same share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 21, max: 900 }), (hits, of) => {
        expect(upperBound(hits, of)).toBeGreaterThan(hits / of);
        expect(upperBound(2 * hits, 2 * of)).toBeLessThanOrEqual(upperBound(hits, of) + 1e-12);
      }),
    );
  });

  it('makes every word rarer and gives no word to a finding that has none', () => {
    const one = (present: number, absent: number) => ({ name: 'x', slope: 1, intercept: 0, present, absent, onDrawnFilms: true });
    const bundle = { findings: [{ findings: [one(0.7, 0.2), one(1, 0)] }] } as unknown as BundleManifest;
    const [shy, mute] = withMargin(bundle, 1).findings?.[0]?.findings ?? [];
    expect(shy?.present).toBeGreaterThan(0.8);
    expect(shy?.absent).toBeLessThan(0.1);
    expect([mute?.present, mute?.absent]).toEqual([1, 0]);
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (margin) => {
        for (const { present, absent } of withMargin(bundle, margin).findings?.[0]?.findings ?? []) expect(absent).toBeLessThan(present);
      }),
    );
  });
});
