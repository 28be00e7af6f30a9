import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours, minus, minutes, plus, type Milliseconds } from '@concord/core/kernel';
import { CALM, NOON, patient } from '@concord/testing';
import { hospitalMortality } from './index.ts';

const asked = (timeline: ReturnType<typeof patient>) => hospitalMortality.eligibility(timeline.build(), NOON);
const admitted = (back: Milliseconds, setting: 'icu' | 'ward' = 'icu') => patient().admitted(minus(NOON, back), setting).hourly(40, CALM);

describe('death in hospital', () => {
  it('is asked at hour 48 of intensive care, and for an hour, so that one hourly round meets it', () => {
    expect(asked(admitted(hours(48))).kind).toBe('eligible');
    expect(asked(admitted(minutes(49 * 60 - 1))).kind).toBe('eligible');
  });

  it('counts from the newest reading, at most an hour back: the clock alone moves no window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 200 }), (later, old) => {
        const known = patient()
          .admitted(minus(NOON, hours(48)), 'icu')
          .hourly(40, CALM, minus(NOON, minutes(old)))
          .build();
        const at = plus(NOON, minutes(later));
        const from = hospitalMortality.countedFrom?.(known, at);
        expect(from).toBe(Math.max(minus(NOON, minutes(old)), minus(at, hours(1))));
      }),
    );
  });

  it.each([
    ['before hour 48', admitted(minutes(48 * 60 - 1)), 'outside-population'],
    ['from hour 49', admitted(hours(49)), 'outside-population'],
    ['on a ward', admitted(hours(48), 'ward'), 'outside-population'],
    ['of a child', admitted(hours(48)).born('2015-06-01'), 'outside-population'],
    ['of a patient without an admission', patient().hourly(40, CALM), 'outside-population'],
    ['of a patient of whom nothing was measured', patient().admitted(minus(NOON, hours(48)), 'icu'), 'too-little-data'],
  ])('is not asked %s', (_, timeline, reason) => {
    expect(asked(timeline)).toMatchObject({ kind: 'refused', abstention: { reason } });
  });
});
