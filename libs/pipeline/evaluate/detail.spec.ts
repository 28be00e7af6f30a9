import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { headDetail, type DetailRow } from './detail.ts';
import { byPatient, ratio } from './ratio.ts';

const HEAD = { task: 'sepsis-6h', title: 'Sepsis', thresholds: { raised: 0.1, high: 0.2 } };
const detail = (rows: readonly DetailRow[]) => headDetail(rows, { ...HEAD, rng: seededRng(1) });

/** Patients whose chance is what they were told, of whom the women over eighty are told half of it. */
function cohort(patients: number): readonly DetailRow[] {
  const rng = seededRng(9);
  return Array.from({ length: patients }, (_, patient): DetailRow => {
    const chance = 0.02 + 0.3 * rng.next();
    const isOldWoman = patient % 4 === 0;
    return {
      patient,
      label: rng.next() < chance,
      probability: isOldWoman ? chance / 2 : chance,
      covered: rng.next() < 0.9,
      pattern: ['vitals'],
      who: { sex: isOldWoman ? 'female' : 'male', ageYears: isOldWoman ? 84 : 50 },
    };
  });
}

describe('a report of groups', () => {
  const { subgroups, conformal, reliability, decision } = detail(cohort(4000));
  const of = (sex: string, age: string) => subgroups.find((group) => group.sex === sex && group.age === age);

  it('sees that one group is told half its chance, where the whole looks nearly right', () => {
    expect(of('female', '80 and over')?.observedExpected.value).toBeGreaterThan(1.6);
    expect(of('female', '80 and over')?.observedExpected.interval?.[0]).toBeGreaterThan(1.1);
    expect(of('male', '45 to 64')?.observedExpected.interval?.[0]).toBeLessThanOrEqual(1);
    expect(of('female', '80 and over')?.missed.value).toBeGreaterThan(of('male', '45 to 64')?.missed.value ?? 1);
  });

  it('counts a patient of the sets at 90 % once, and says whether the interval holds 90 %', () => {
    expect(conformal.map(({ class: which, holds }) => [which, holds])).toEqual([
      ['with the event', true],
      ['without', true],
    ]);
  });

  it('puts every question into one of ten groups, and shows use where there is some', () => {
    expect(reliability.reduce((sum, { n }) => sum + n, 0)).toBe(4000);
    expect(reliability.map(({ said }) => said)).toEqual(reliability.map(({ said }) => said).sort((a, b) => a - b));
    expect(decision.some(({ score, everybody }) => score > Math.max(0, everybody))).toBe(true);
  });

  it('shows no figure of fewer than ten patients: it would tell of persons', () => {
    const few = detail(cohort(9));
    expect(few.subgroups.every(({ events, observedExpected }) => events === null && observedExpected.value === null)).toBe(true);
    expect(few.conformal.every(({ coverage }) => coverage.value === null)).toBe(true);
  });
});

describe('a ratio over patients', () => {
  it('lies inside its interval, and all rows of a patient move together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ patient: fc.integer({ min: 0, max: 30 }), top: fc.integer({ min: 0, max: 3 }) }), { minLength: 40, maxLength: 200 }),
        (rows) => {
          const parts = byPatient(rows, ({ top }) => [top, 3]);
          expect(parts.length).toBe(new Set(rows.map(({ patient }) => patient)).size);
          const { value, interval } = ratio(parts, seededRng(3));
          expect(value).toBeCloseTo(rows.reduce((sum, { top }) => sum + top, 0) / (3 * rows.length), 12);
          expect((interval?.[0] ?? 1) - 1e-9 <= (interval?.[1] ?? 0)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});
