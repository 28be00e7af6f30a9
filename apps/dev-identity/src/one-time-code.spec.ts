import { describe, expect, it } from 'vitest';
import { codeAt, OneTimeCodes } from './one-time-code.ts';

// RFC 6238, appendix B (SHA-1, eight digits there; six are its last six).
const SECRET = '12345678901234567890';

describe('a code of the second factor', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at second %i is the one of the standard', (seconds, code) => {
    expect(codeAt(SECRET, seconds * 1000)).toBe(code);
  });

  it('counts once: who looked over a shoulder comes too late', () => {
    const codes = new OneTimeCodes(() => 59_000);
    expect([codes.take(SECRET, '287082'), codes.take(SECRET, '287082')]).toEqual([true, false]);
  });

  it('of two periods ago, or another number, is refused', () => {
    const codes = new OneTimeCodes(() => 150_000);
    expect(['287082', '000000', '', '2870821'].map((code) => codes.take(SECRET, code))).toEqual([false, false, false, false]);
  });
});
