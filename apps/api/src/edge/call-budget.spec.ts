import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '@concord/core/ports';
import { CallBudget } from './call-budget.ts';

const who = (subject: string, ...roles: readonly Role[]) => ({ issuer: 'concord', subject, roles });

describe('how much one person may ask', () => {
  it('is a minute’s worth at once, then what comes back; a colleague is not held up', () => {
    let now = 0;
    const budget = new CallBudget(60, () => now);
    const nurse = who('nurse', 'nurse');
    expect(Array.from({ length: 60 }, () => budget.take(nurse)).every((wait) => wait === 0)).toBe(true);
    expect(budget.take(nurse)).toBe(1);
    expect(budget.take(who('physician', 'physician'))).toBe(0);
    now += 1000;
    expect([budget.take(nurse), budget.take(nurse)]).toEqual([0, 1]);
    now += 3_600_000;
    expect(Array.from({ length: 61 }, () => budget.take(nurse)).filter((wait) => wait > 0)).toHaveLength(1);
  });

  it('is ten times as much for a source', () => {
    const budget = new CallBudget(60, () => 0);
    expect(Array.from({ length: 601 }, () => budget.take(who('feed', 'integrator'))).filter((wait) => wait > 0)).toHaveLength(1);
  });

  it('never lets more through than a minute’s worth and what the time gave, in whatever order calls come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 }), (perMinute, pauses) => {
        let now = 0;
        const budget = new CallBudget(perMinute, () => now);
        let passed = 0;
        for (const pause of pauses) {
          now += pause;
          if (budget.take(who('x')) === 0) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
      }),
    );
  });
});
