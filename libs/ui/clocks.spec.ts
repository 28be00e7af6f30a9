import { describe, expect, it } from 'vitest';
import { clocksLine, clockWords } from './clocks.ts';

const clock = (device: string, state: 'right' | 'corrected' | 'unknown', aheadSeconds: number | null = null) => ({
  device,
  state,
  aheadSeconds,
  uncertaintySeconds: aheadSeconds === null ? null : 12,
});

describe('what a reader is told of clocks', () => {
  it('a corrected clock is named, and which way it was wrong', () => {
    const late = clock('monitor-3', 'corrected', -3600);
    expect(clocksLine([clock('pump', 'right', 0), late])).toBe('clock of monitor-3 corrected');
    expect(clocksLine([late, clock('monitor-4', 'corrected', 240)])).toBe('2 clocks corrected');
    expect(clockWords(late)).toBe('60\u00a0min behind, give or take 12\u00a0s; readings are dated by our clock');
    expect(clockWords(clock('monitor-4', 'corrected', 7500))).toBe('2\u00a0h\u00a05\u00a0min ahead, give or take 12\u00a0s; readings are dated by our clock');
  });

  it('a clock that nobody could check is not called right', () => {
    expect(clocksLine([])).toBe('clocks not corrected');
    expect(clocksLine([clock('uploader', 'unknown')])).toBe('clocks not corrected');
    expect(clockWords(clock('uploader', 'unknown'))).toMatch(/^not checked/);
    expect(clocksLine([clock('uploader', 'unknown'), clock('monitor-3', 'right', 1)])).toBe('clocks checked');
    expect(clockWords(clock('monitor-3', 'right', 1))).toBe('agrees with ours');
  });
});
