import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../kernel/index.ts';
import { cameLive, readClock, type SendStamp } from './device-clock.ts';

const START = Date.parse('2026-03-01T08:00:00Z');
const MINUTE = 60_000;

/** One message a minute from a clock that runs `ahead`, each on its way for so long. */
function messages(ahead: number, ways: readonly number[]): readonly SendStamp[] {
  return ways.map((way, number) => {
    const sent = START + number * MINUTE;
    return { sentAt: instant(sent + ahead), receivedAt: instant(sent + way), oldest: instant(sent + ahead - 5_000), newest: instant(sent + ahead) };
  });
}

const ways = fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 12, maxLength: 12 });

describe('the clock of a device', () => {
  it.each([-60, -5, -2, 2, 4])('is noticed when it runs %i minutes ahead, to within what is told to be uncertain', (minutes) => {
    fc.assert(
      fc.property(ways, (way) => {
        const read = readClock(messages(minutes * MINUTE, way));
        expect(read?.wrong).toBe(true);
        expect(Math.abs((read?.offsetMs ?? 0) - minutes * MINUTE)).toBeLessThanOrEqual(read?.uncertaintyMs ?? 0);
      }),
    );
  });

  it('is left alone when it is right, however long messages take', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { minLength: 4, maxLength: 11 }), fc.nat(11), (slow, place) => {
        const way = [...slow.slice(0, place), 2_000, ...slow.slice(place)];
        expect(readClock(messages(0, way))?.wrong ?? false).toBe(false);
      }),
    );
  });

  it('is not judged by what was held back and comes in a burst', () => {
    const held = Array.from({ length: 60 }, (_, number): SendStamp => {
      const sentAt = instant(START + number * MINUTE);
      return { sentAt, receivedAt: instant(START + 60 * MINUTE + number * 500), oldest: sentAt, newest: sentAt };
    });
    expect(readClock(held)?.wrong ?? false).toBe(false);
  });

  it('is no longer corrected from the first message after it was set right', () => {
    const before = messages(
      4 * MINUTE,
      Array.from({ length: 12 }, () => 2_000),
    );
    const sent = START + 13 * MINUTE;
    const right = { sentAt: instant(sent), receivedAt: instant(sent + 2_000), oldest: instant(sent), newest: instant(sent) };
    expect(readClock(before)?.wrong).toBe(true);
    expect(readClock([...before, right])?.wrong).toBe(false);
  });

  it('needs five messages, and none of them a batch', () => {
    expect(readClock(messages(60 * MINUTE, [1, 1, 1, 1]))).toBeUndefined();
    const batch = messages(
      60 * MINUTE,
      Array.from({ length: 12 }, () => 1_000),
    ).map((one) => ({ ...one, oldest: instant(one.sentAt - 20 * MINUTE) }));
    expect(batch.some(cameLive)).toBe(false);
    expect(readClock(batch)).toBeUndefined();
  });
});
