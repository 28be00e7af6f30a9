import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileByPatient } from './quantile-by-patient.ts';

describe('the quantile of a conformal set by patient', () => {
  it('is moved by how many patients are strange, not by how long one of them stays', () => {
    const calm = Array.from({ length: 99 }, (_, at) => ({ patient: at, strange: at / 1000 }));
    const long = Array.from({ length: 5_000 }, () => ({ patient: 99, strange: 0.9 }));
    const rows = [...calm, ...long];
    const of = (own: typeof rows): number =>
      quantileByPatient(
        own.map(({ strange }) => strange),
        { patients: own.map(({ patient }) => patient), miss: 0.1 },
      );
    expect(of(rows)).toBeLessThan(0.1);
    expect(of(rows)).toBe(of([...calm, { patient: 99, strange: 0.9 }]));
  });

  it('covers at least nine of ten patients of those it was taken from, and leaves out what lies beyond', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 200 }), (strange) => {
        const limit = quantileByPatient(strange, { patients: strange.map((_, at) => at), miss: 0.1 });
        const covered = strange.filter((value) => value <= limit).length / strange.length;
        const below = strange.filter((value) => value < limit).length / strange.length;
        return covered >= 0.9 && below < 0.9 + 1 / strange.length;
      }),
    );
  });

  it('leaves nothing out when too few patients are known to say what is strange', () => {
    expect(quantileByPatient([0.1, 0.2, 0.3], { patients: [0, 1, 2], miss: 0.1 })).toBe(1);
    expect(quantileByPatient([], { patients: [], miss: 0.1 })).toBe(1);
  });
});
