import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModalityKind } from '@concord/core/clinical';
import { calibrate, calibrationFor, isCovered, monotone, type Calibration } from './index.ts';

const kinds = (...names: readonly string[]) => names.map((name) => name as ModalityKind);
const entry = (pattern: readonly ModalityKind[], change: Partial<Calibration> = {}): Calibration => ({
  id: pattern.join('+'),
  head: 'decline-24h',
  pattern,
  slope: 0.9,
  intercept: -0.1,
  covariance: [0.002, 0.004, 0.012],
  conformal: [0.2, 0.9],
  ...change,
});

describe('which calibration answers', () => {
  const all = [entry(kinds('vitals')), entry(kinds('vitals', 'radiology-report')), entry(kinds('radiology-report'))];
  const ask = (...available: readonly string[]) => calibrationFor(all, { head: 'decline-24h', available: kinds(...available), required: kinds('vitals') })?.id;

  it('is that of the largest calibrated set among what is there', () => {
    expect(ask('vitals', 'radiology-report', 'chest-imaging')).toBe('vitals+radiology-report');
    expect(ask('vitals', 'chest-imaging')).toBe('vitals');
  });

  it('is none when a required modality is missing', () => {
    expect(ask('radiology-report')).toBeUndefined();
  });
});

describe('a calibrated score', () => {
  it('lies in its interval, and both lie in [0, 1], rounded to four decimals', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (logit) => {
        const { probability, interval } = calibrate(logit, entry([]));
        expect(interval[0]).toBeLessThanOrEqual(probability);
        expect(interval[1]).toBeGreaterThanOrEqual(probability);
        expect(Math.round(probability * 10_000) / 10_000).toBe(probability);
      }),
    );
  });

  it('rises with the logit', () => {
    fc.assert(
      fc.property(fc.double({ min: -12, max: 12, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (logit, more) => {
        expect(calibrate(logit + more, entry([])).probability).toBeGreaterThanOrEqual(calibrate(logit, entry([])).probability);
      }),
    );
  });

  it('of a longer horizon is never below that of a shorter one', () => {
    const answers = monotone([calibrate(-1, entry([])), calibrate(-3, entry([])), calibrate(0, entry([]))]);
    expect(answers[1]?.probability).toBe(answers[0]?.probability);
    expect(answers[2]!.probability).toBeGreaterThan(answers[1]!.probability);
  });

  it('covers an outcome that is not too strange for its class', () => {
    expect(isCovered(0.15, false, entry([]))).toBe(true);
    expect(isCovered(0.25, false, entry([]))).toBe(false);
    expect(isCovered(0.15, true, entry([]))).toBe(true);
    expect(isCovered(0.05, true, entry([]))).toBe(false);
  });
});
