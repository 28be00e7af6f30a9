import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours, minus } from '@concord/core/kernel';
import { NOON } from '@concord/testing';
import { hourColumns, hourRow, HOURS_BACK, type Sample } from './index.ts';

const ago = (hoursAgo: number, value: number): Sample => ({ at: minus(NOON, hours(hoursAgo)), value });
const place = (name: string): number => hourColumns(['pulse', 'lactate']).indexOf(name);

describe('the hours of a signal', () => {
  it('stand where their name says, and an hour without a sample says nothing, however fresh its neighbour', () => {
    const row = hourRow([[ago(30.5, 90), ago(1, 104), ago(0, 110)], [ago(47.9, 1.4)]], NOON);
    expect(row[place('pulse/hour-0')]).toBe(110);
    expect(row[place('pulse/hour-1')]).toBe(104);
    expect(row[place('pulse/hour-30')]).toBe(90);
    expect(row[place('lactate/hour-47')]).toBe(Math.fround(1.4));
    expect(row.filter((value) => !Number.isNaN(value))).toHaveLength(4);
  });

  it('hold one spike of a device off: of three samples of an hour the middle one counts', () => {
    expect(hourRow([[ago(0.6, 80), ago(0.4, 220), ago(0.2, 82)]], NOON)[0]).toBe(82);
  });

  it('do not change with what was measured before them, however long the record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 47.99, noNaN: true }), fc.integer({ min: 20, max: 200 })), { maxLength: 40 }),
        fc.array(fc.tuple(fc.double({ min: 48, max: 900, noNaN: true }), fc.integer({ min: 20, max: 200 })), { maxLength: 20 }),
        (inside, before) => {
          const samples = (of: typeof inside): Sample[] => [...of].sort(([a], [b]) => b - a).map(([hour, value]) => ago(hour, value));
          expect(hourRow([[...samples(before), ...samples(inside)]], NOON)).toEqual(hourRow([samples(inside)], NOON));
        },
      ),
    );
  });

  it('are all there for every signal', () => {
    expect(hourColumns(['pulse', 'lactate'])).toHaveLength(2 * HOURS_BACK);
    expect(hourRow([[], []], NOON)).toHaveLength(2 * HOURS_BACK);
  });
});
