import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logit, probability, rounded, sigmoid } from './probability.ts';

describe('a probability', () => {
  it('refuses what is no chance', () => {
    for (const value of [-0.01, 1.01, Number.NaN, Infinity]) expect(() => probability(value)).toThrow(RangeError);
  });

  it('rises with its logit and never leaves [0, 1]', () => {
    const any = fc.double({ min: -800, max: 800, noNaN: true });
    fc.assert(fc.property(any, any, (a, b) => sigmoid(Math.min(a, b)) <= sigmoid(Math.max(a, b))));
  });

  it('is undone by its logit', () => {
    fc.assert(fc.property(fc.double({ min: 0.0001, max: 0.9999, noNaN: true }), (value) => Math.abs(sigmoid(logit(value)) - value) < 1e-10));
  });

  it('is stored with four decimals', () => {
    expect(rounded(probability(0.123456))).toBe(0.1235);
  });
});
