import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, parseInstant, toIso } from './instant.ts';

const read = (text: string) => {
  const parsed = parseInstant(text);
  return parsed.ok ? parsed.value : parsed.error.kind;
};

describe('a time as a sender writes it', () => {
  it('is the same moment in every zone', () => {
    expect(read('2026-11-20T06:00:00Z')).toBe(Date.UTC(2026, 10, 20, 6));
    expect(read('2026-11-20T07:00:00+01:00')).toBe(Date.UTC(2026, 10, 20, 6));
    expect(read('2026-11-20T00:30:00-05:30')).toBe(Date.UTC(2026, 10, 20, 6));
  });

  it('without an offset is refused: a guessed zone moves a vital sign by hours', () => {
    expect(read('2026-11-20T06:00:00')).toBe('no-offset');
  });

  it('that no calendar or clock has is refused, not rolled over to the next day', () => {
    for (const text of [
      '2026-02-30T06:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-20T24:00:00Z',
      '2026-11-20T06:60:00Z',
      '2026-11-20T06:00:60Z',
      '2026-11-20T06:00:00+15:00',
    ]) {
      expect(read(text), text).toBe('no-such-time');
    }
  });

  it('that is a bare date or prose is no instant', () => {
    for (const text of ['2026-11-20', 'yesterday', '', '2026-11-20 06:00:00Z']) expect(read(text), text).toBe('not-an-instant');
  });

  it('keeps the two hours apart that daylight saving writes alike', () => {
    // Europe/Berlin, 25 October 2026: 02:30 comes twice; only the offset says which.
    expect(read('2026-10-25T02:30:00+02:00')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(read('2026-10-25T02:30:00+01:00')).toBe(Date.UTC(2026, 9, 25, 1, 30));
  });

  it('survives being written and read again, at any offset', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: -14 * 60, max: 14 * 60 }), (epochMs, minutesEast) => {
        expect(read(toIso(instant(epochMs)))).toBe(epochMs);
        const wall = new Date(epochMs + minutesEast * 60_000).toISOString().replace('Z', '');
        const size = Math.abs(minutesEast);
        const offset = `${minutesEast < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(read(`${wall}${offset}`)).toBe(epochMs);
      }),
    );
  });
});
