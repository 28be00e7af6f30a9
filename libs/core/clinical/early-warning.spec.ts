import { describe, expect, it } from 'vitest';
import { sofa } from './early-warning-sofa.ts';
import { curb65, mews, qsofa, sirs } from './early-warning.ts';

describe('published bedside scores', () => {
  it('qSOFA counts its three criteria at their edges', () => {
    expect(qsofa({ respiration: 22, systolic: 100, glasgow: 14 })).toBe(3);
    expect(qsofa({ respiration: 21, systolic: 101, glasgow: 15 })).toBe(0);
  });

  it('SIRS takes either sign of fast breathing, once', () => {
    const calm = { temperature: 38, pulse: 90, respiration: 20, whiteCells: 12 };
    expect(sirs(calm)).toBe(0);
    expect(sirs({ ...calm, carbonDioxide: 31 })).toBe(1);
    expect(sirs({ temperature: 35.9, pulse: 91, respiration: 21, carbonDioxide: 31, whiteCells: 3.9 })).toBe(4);
  });

  it('MEWS follows the table of Subbe 2001', () => {
    expect(mews({ respiration: 14, pulse: 100, systolic: 199, temperature: 38.4, avpu: 'A' })).toBe(0);
    expect(mews({ respiration: 30, pulse: 130, systolic: 70, temperature: 38.5, avpu: 'U' })).toBe(14);
    expect(mews({ respiration: 8, pulse: 41, systolic: 81, temperature: 34.9, avpu: 'V' })).toBe(2 + 1 + 1 + 2 + 1);
  });

  it('CURB-65 takes a low systolic or diastolic pressure, once', () => {
    const calm = { confused: false, urea: 7, respiration: 29, systolic: 90, diastolic: 61, ageYears: 64 };
    expect(curb65(calm)).toBe(0);
    expect(curb65({ confused: true, urea: 7.1, respiration: 30, systolic: 89, diastolic: 60, ageYears: 65 })).toBe(5);
  });

  it('SOFA gives respiratory 3 and 4 only with support, and takes the worse of creatinine and urine', () => {
    const calm = {
      oxygenPressure: 100,
      oxygenFraction: 0.21,
      respiratorySupport: false,
      platelets: 150,
      bilirubin: 1.1,
      meanPressure: 70,
      norepinephrine: 0,
      glasgow: 15,
      creatinine: 1.1,
    };
    expect(sofa(calm).total).toBe(0);
    expect(sofa({ ...calm, oxygenFraction: 1 }).respiratory).toBe(2);
    expect(sofa({ ...calm, oxygenPressure: 99, oxygenFraction: 1, respiratorySupport: true }).respiratory).toBe(4);
    expect(sofa({ ...calm, creatinine: 1.2, urine: 199 }).renal).toBe(4);
    expect(sofa({ ...calm, norepinephrine: 0.1 }).cardiovascular).toBe(3);
    expect(sofa({ ...calm, meanPressure: 69 }).cardiovascular).toBe(1);
  });
});
