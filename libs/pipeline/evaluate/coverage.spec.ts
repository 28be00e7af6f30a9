import { describe, expect, it } from 'vitest';
import { classCoverage } from './coverage.ts';

// Patient 0: four hours without the event, all covered. Patient 1: one such hour, missed, and one with the event, covered.
const rows = {
  outcome: Uint8Array.of(0, 0, 0, 0, 0, 1),
  covered: Uint8Array.of(1, 1, 1, 1, 0, 1),
  patient: Uint32Array.of(0, 0, 0, 0, 1, 1),
  patients: 3,
};

describe('coverage of a class', () => {
  it('counts a patient once, however many hours were asked', () => {
    expect(classCoverage(rows, 0)).toMatchObject({ patients: 2 });
    expect(classCoverage(rows, 0).share()).toBe(0.5);
  });

  it('looks at each class by itself', () => {
    expect(classCoverage(rows, 1).share()).toBe(1);
    expect(classCoverage(rows, 1).patients).toBe(1);
  });

  it('follows the patients that a bootstrap draws', () => {
    expect(classCoverage(rows, 0).share(Uint32Array.of(3, 1, 0))).toBe(0.75);
    expect(classCoverage(rows, 1).share(Uint32Array.of(2, 0, 0))).toBeNaN();
  });
});
