import { describe, expect, it } from 'vitest';
import {
  age,
  birthDate,
  clock,
  count,
  day,
  interval,
  measured,
  percent,
  points,
  recordNumber,
  signed,
  stamp,
  storedPercent,
  unitWords,
  when,
} from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const at = (iso: string) => Date.parse(iso);
const MINUTE = 60_000;

it('a count is read in groups of three', () => {
  expect([count(833), count(10_574), count(1_200_000)]).toEqual(['833', '10,574', '1,200,000']);
});

describe('a chance on the screen', () => {
  it('has no more digits than the model knows', () => {
    expect(plain(percent(0.3412))).toBe('34 %');
    expect(plain(percent(0.349))).toBe('35 %');
  });

  it('below one percent is said to be below one, never zero', () => {
    expect(plain(percent(0.0049))).toBe('< 1 %');
    expect(plain(percent(0))).toBe('< 1 %');
    expect(plain(percent(0.999))).toBe('> 99 %');
  });

  it('keeps its stored figure one step away', () => {
    expect(plain(storedPercent(0.3412))).toBe('34.12 %');
  });

  it('has an interval in the same whole points', () => {
    expect(plain(interval([0.241, 0.449]))).toBe('24 to 45 %');
    expect(plain(interval([0.001, 0.049]))).toBe('below 1 to 5 %');
    expect(plain(interval([0.001, 0.004]))).toBe('below 1 %');
  });

  it('changes in whole points with a printed minus', () => {
    expect(points(0.121)).toBe('+12');
    expect(points(-0.031)).toBe('−3');
    expect(points(0.004)).toBe('±0');
  });
});

describe('the age of a number', () => {
  it.each([
    [30_000, '< 1 min'],
    [12 * MINUTE, '12 min'],
    [200 * MINUTE, '3 h 20'],
    [125 * MINUTE, '2 h 05'],
    [19 * 60 * MINUTE, '19 h'],
    [31 * 60 * MINUTE, '31 h'],
    [72 * 60 * MINUTE, '3 days'],
  ])('%i ms is %s', (elapsed, said) => {
    expect(plain(age(0, elapsed))).toBe(said);
  });

  it('of something that a fast clock put ahead is not negative', () => {
    expect(plain(age(5 * MINUTE, 0))).toBe('< 1 min');
  });
});

describe('a time on the screen', () => {
  it('stands on the clock of the site, 24 hours, whatever the browser', () => {
    expect(clock(at('2026-11-23T02:12:00Z'), 'Europe/Berlin')).toBe('03:12');
    expect(clock(at('2026-07-23T22:12:00Z'), 'Europe/Berlin')).toBe('00:12');
    expect(plain(stamp(at('2026-11-23T02:12:00Z'), 'Europe/Berlin'))).toBe('Mon 23 Nov 03:12');
  });

  it('says the day when it is not today, and only then', () => {
    const now = at('2026-11-23T02:12:00Z');
    expect(when(at('2026-11-22T23:31:00Z'), now, 'Europe/Berlin')).toBe('00:31');
    expect(plain(when(at('2026-11-22T21:31:00Z'), now, 'Europe/Berlin'))).toBe('22 Nov 22:31');
  });

  it('tells the two hours of the clock change apart by their place, not by their name', () => {
    expect(clock(at('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('02:30');
    expect(clock(at('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('02:30');
    expect(plain(day(at('2026-09-01T00:00:00Z'), 'Europe/Berlin'))).toBe('1 Sep');
  });
});

describe('a value', () => {
  it('has a printed minus, and a plus where a sign is asked for', () => {
    expect(signed(0.741)).toBe('+0.74');
    expect(signed(-2.71)).toBe('−2.71');
    expect(signed(0.001)).toBe('±0.00');
  });

  it('is whole, temperature to a tenth, in words of the ward', () => {
    expect(measured(117.6, 'mm[Hg]')).toBe('118');
    expect(measured(37.84, 'Cel')).toBe('37.8');
    expect(unitWords('mm[Hg]')).toBe('mmHg');
    expect(unitWords('Cel')).toBe('°C');
  });
});

describe('a person', () => {
  it('is born on a day as people say it, as exactly as it is known', () => {
    expect(plain(birthDate('1957-04-18'))).toBe('18 Apr 1957');
    expect(plain(birthDate('1957-04'))).toBe('Apr 1957');
    expect(birthDate('1957')).toBe('1957');
  });

  it('has a record number that can be read aloud', () => {
    expect(plain(recordNumber('44107723'))).toBe('4410 7723');
    expect(recordNumber('AB-17')).toBe('AB-17');
  });
});
