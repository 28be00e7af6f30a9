import { describe, expect, it } from 'vitest';
import { hours, minus } from '@concord/core/kernel';
import { CALM, NOON, patient } from '@concord/testing';
import { eventHours, indexHours, partialScore, physiologicalDecline, type HourOfSigns } from './index.ts';

const calm: HourOfSigns = { respiration: 16, spo2: 97, systolic: 122, pulse: 76, temperature: 36.8 };
/** Respiration 26 (3), SpO2 92 (2), pulse 115 (2): seven. */
const severe: HourOfSigns = { ...calm, respiration: 26, spo2: 92, pulse: 115 };
const record = (...parts: readonly (readonly [count: number, hour: HourOfSigns])[]) =>
  parts.flatMap(([count, hour]) => Array.from({ length: count }, () => hour));
const [task] = physiologicalDecline;
const asked = (timeline: ReturnType<typeof patient>) => task!.eligibility(timeline.build(), NOON);

describe('the event', () => {
  it('is the second of two consecutive hours at seven or more', () => {
    expect(partialScore(severe)).toBe(7);
    expect(eventHours(record([3, calm], [2, severe], [1, calm]))).toEqual([false, false, false, false, true, false]);
  });

  it('is not one severe hour alone', () => {
    expect(eventHours(record([3, calm], [1, severe], [3, calm])).includes(true)).toBe(false);
  });

  it('does not come from carried values alone: three of four core signs must be measured in each hour', () => {
    expect(eventHours([...record([2, calm], [1, severe]), { temperature: 37 }, { pulse: 116 }]).includes(true)).toBe(false);
    expect(eventHours([...record([2, calm], [1, severe]), { pulse: 116, systolic: 120, spo2: 92 }]).at(-1)).toBe(true);
  });

  it('comes again after recovery', () => {
    expect(eventHours(record([1, calm], [2, severe], [2, calm], [2, severe])).filter(Boolean)).toHaveLength(2);
  });
});

describe('the hours at which the question may be asked', () => {
  it('begin after six hours of observation and end where the window would leave the record', () => {
    expect(indexHours(record([20, calm]), 6).map(({ row }) => row)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(indexHours(record([24, calm]), 24)).toEqual([]);
  });

  it('are labelled by an event after the hour and up to the horizon, that hour included', () => {
    const hoursOf = indexHours(record([12, calm], [2, severe], [10, calm]), 6);
    expect(hoursOf.filter(({ label }) => label).map(({ row }) => row)).toEqual([7, 8, 9, 10, 11]);
  });

  it('leave out who already stands at five or more', () => {
    const rows = indexHours(record([8, calm], [1, severe], [12, calm]), 6).map(({ row }) => row);
    expect(rows).not.toContain(8);
    expect(rows).toContain(9);
  });
});

describe('who may be asked about', () => {
  it('is an adult with six hours of signs below five', () => {
    expect(asked(patient().hourly(8, CALM)).kind).toBe('eligible');
  });

  it.each([
    ['a child', patient().born('2015-06-01').hourly(8, CALM), 'outside-population'],
    ['who was observed for three hours', patient().hourly(4, CALM), 'too-little-data'],
    ['of whom only the pulse is known', patient().hourly(8, { pulse: 80 }), 'too-little-data'],
    [
      'who already stands at five',
      patient()
        .hourly(7, CALM)
        .signs(NOON, { ...CALM, respiration: 26, spo2: 92 }),
      'outside-population',
    ],
    ['of whom nothing is known', patient(), 'too-little-data'],
  ])('is not %s', (_, timeline, reason) => {
    expect(asked(timeline)).toMatchObject({ kind: 'refused', abstention: { reason } });
  });

  it('is who was admitted six hours ago and measured within two hours of it', () => {
    const timeline = patient()
      .admitted(minus(NOON, hours(6)), 'ward')
      .hourly(5, CALM);
    expect(asked(timeline).kind).toBe('eligible');
  });
});
