import { describe, expect, it } from 'vitest';
import { days, instant, minus } from '@concord/core/kernel';
import { received } from './fixture.ts';
import { heartRateVariability } from './index.ts';

const NOW = instant(Date.UTC(2026, 0, 15, 12));
const [first] = received(NOW);
const streamAt = (at = NOW) => ({
  kind: heartRateVariability.kind,
  observations: received(at)
    .flatMap((one) => {
      const observed = heartRateVariability.observe(one);
      return observed.ok ? observed.value : [];
    })
    .sort((a, b) => a.effectiveAt - b.effectiveAt),
});

describe('what a watch sends', () => {
  it('is taken in seconds or milliseconds, and stored in milliseconds', () => {
    const observed = heartRateVariability.observe({ ...first!, value: 0.052, unit: 's' });
    expect(observed.ok && observed.value[0]?.value).toMatchObject({ code: '80404-7', number: 52, unit: 'ms' });
  });

  it.each([
    ['a unit of another dimension', { unit: 'mm[Hg]' }, 'unsupported-unit'],
    ['a variability no heart has', { value: 5000 }, 'impossible-value'],
    ['a code it does not know', { code: { system: 'http://loinc.org', code: '8867-4' } }, 'unsupported-code'],
  ])('is refused with %s', (_, change, kind) => {
    expect(heartRateVariability.observe({ ...first!, ...change })).toMatchObject({ ok: false, error: { kind } });
  });
});

describe('days of a watch', () => {
  it('are told as one sentence a measure, with the days they stand on', () => {
    const items = heartRateVariability.attribute(streamAt(), NOW, Float32Array.of(0.1, 0.2, 0.3));
    expect(items.map(({ text }) => text)).toEqual([
      'Heart rate variability (SDNN) falling, 58 to 40 ms',
      'Resting pulse steady at 70 /min',
      'Steps in 24 h falling, 8200 to 2800 steps',
    ]);
  });

  it('are stale after three without a value: a watch in a drawer says nothing of the patient', () => {
    expect(heartRateVariability.readiness(streamAt(), NOW)).toEqual({ kind: 'ready' });
    expect(heartRateVariability.readiness(streamAt(minus(NOW, days(3))), NOW).kind).toBe('stale');
  });

  it('that were not worn stay unknown, never zero steps', () => {
    const gap = { ...streamAt(), observations: streamAt().observations.filter(({ value }) => value.code !== '41950-7') };
    const { tokenMask, data } = heartRateVariability.align(gap, NOW);
    expect([...tokenMask]).toEqual([1, 1, 0]);
    expect(data.slice(2 * 14 * 3).every((value) => value === 0)).toBe(true);
  });
});
