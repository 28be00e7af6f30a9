import { describe, expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { ece } from './calibration.ts';
import { clusteredChanceError } from './chance-error.ts';
import { ranked } from './predictions.ts';

/** Patients whose hours all share one outcome, drawn with the probability that the score says: calibrated, and far from independent. */
function wholeStays(patients: number, hoursEach: number, seed: number) {
  const rng = seededRng(seed);
  const [score, outcome, patient]: [number[], number[], number[]] = [[], [], []];
  for (let person = 0; person < patients; person += 1) {
    const p = 0.02 + 0.2 * rng.next();
    const happened = Number(rng.next() < p);
    for (let hour = 0; hour < hoursEach; hour += 1) {
      score.push(p);
      outcome.push(happened);
      patient.push(person);
    }
  }
  return { rows: ranked({ score: Float64Array.from(score), outcome: Uint8Array.from(outcome) }), patient: Uint32Array.from(patient) };
}

describe('calibration error by chance', () => {
  it('is not exceeded by a score that is right, though the hours of a patient stand or fall together', () => {
    const within = Array.from({ length: 20 }, (_, seed) => {
      const { rows, patient } = wholeStays(400, 20, seed);
      return ece(rows) <= clusteredChanceError(rows, patient, seededRng(seed + 100));
    });
    expect(within.filter(Boolean).length).toBeGreaterThanOrEqual(17);
  });

  it('is exceeded by a score that says three times too much', () => {
    const { rows, patient } = wholeStays(400, 20, 5);
    const tripled = { ...rows, score: rows.score.map((p) => Math.min(0.99, 3 * p)) };
    expect(ece(tripled)).toBeGreaterThan(clusteredChanceError(tripled, patient, seededRng(1)));
  });

  it('is larger when the same hours belong to fewer patients', () => {
    const { rows, patient } = wholeStays(400, 20, 7);
    const everyHourAlone = Uint32Array.from(patient.keys());
    expect(clusteredChanceError(rows, patient, seededRng(1))).toBeGreaterThan(2 * clusteredChanceError(rows, everyHourAlone, seededRng(1)));
  });
});
