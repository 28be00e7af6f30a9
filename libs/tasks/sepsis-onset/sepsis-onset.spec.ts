import { describe, expect, it } from 'vitest';
import { hours, minus } from '@concord/core/kernel';
import { CALM, NOON, patient } from '@concord/testing';
import { onsetRow, sepsisHours, sepsisOnset, type SepsisRecord } from './index.ts';

/** A stay of so many hours from ICU hour `from`, whose label turns 1 at row `positive`. */
const stay = (length: number, positive?: number, from = 1): SepsisRecord => ({
  icuHours: Array.from({ length }, (_, row) => from + row),
  labels: Array.from({ length }, (_, row) => positive !== undefined && row >= positive),
});
const rowsOf = (record: SepsisRecord) => sepsisHours(record).map(({ row }) => row);
const asked = (timeline: ReturnType<typeof patient>) => sepsisOnset.eligibility(timeline.build(), NOON);

describe('onset of sepsis', () => {
  it('is six hours after the first positive hour of the label', () => {
    expect(onsetRow(stay(30, 12))).toBe(18);
    expect(onsetRow(stay(30))).toBeUndefined();
  });

  it('is unknown when the stay begins positive, and such a stay is not asked about', () => {
    expect(onsetRow(stay(30, 0))).toBe('unknown');
    expect(sepsisHours(stay(30, 0))).toEqual([]);
  });
});

describe('the hours at which the question may be asked', () => {
  it('end at onset: six positive hours before it, and none after', () => {
    const found = sepsisHours(stay(30, 12));
    expect(found.map(({ row }) => row)).toEqual(Array.from({ length: 18 }, (_, row) => row));
    expect(found.filter(({ label }) => label).map(({ row }) => row)).toEqual([12, 13, 14, 15, 16, 17]);
  });

  it('end at ICU hour 48, whatever row that is', () => {
    expect(rowsOf(stay(60))).toHaveLength(48);
    expect(rowsOf(stay(60, undefined, 10)).at(-1)).toBe(38);
  });

  it('count as negative to the end of a record without sepsis', () => {
    const found = sepsisHours(stay(20));
    expect(found).toHaveLength(20);
    expect(found.some(({ label }) => label)).toBe(false);
  });

  it('do not depend on hours that come later', () => {
    const short = sepsisHours(stay(19, 12));
    expect(sepsisHours(stay(40, 12))).toEqual(short);
  });
});

describe('who may be asked about', () => {
  const admitted = (back: number) => patient().admitted(minus(NOON, hours(back)), 'icu');

  it('is an adult in the first 48 hours of a stay', () => {
    expect(asked(admitted(48).hourly(3, CALM)).kind).toBe('eligible');
    expect(asked(admitted(1).hourly(1, CALM)).kind).toBe('eligible');
  });

  it.each([
    ['a child', admitted(5).born('2015-06-01').hourly(3, CALM), 'outside-population'],
    ['who came more than 48 hours ago', admitted(49).hourly(3, CALM), 'outside-population'],
    ['of whom no admission is known', patient().hourly(3, CALM), 'outside-population'],
    ['of whom nothing was measured', admitted(5), 'too-little-data'],
  ])('is not %s', (_, timeline, reason) => {
    expect(asked(timeline)).toMatchObject({ kind: 'refused', abstention: { reason } });
  });
});
