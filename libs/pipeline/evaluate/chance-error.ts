import type { Rng } from '@concord/core/ports';
import { ECE_BINS } from './calibration.ts';
import { quantile } from './bootstrap.ts';
import { at, type Ranked } from './predictions.ts';

/** Enough for two digits of a 95th percentile of an error that is itself small. */
const DRAWS = 200;

/**
 * Calibration error that a score whose probabilities are right would show by chance in 19 of 20 samples, when the hours of a
 * patient go well or badly together. What differs from the forecast is kept per patient and bin, and each patient's whole difference
 * is added or taken away by the toss of a coin.
 * Source: Cameron, Gelbach and Miller 2008, wild cluster bootstrap with the null hypothesis imposed.
 * @param patient index of the patient of each original row, from 0.
 */
export function clusteredChanceError(rows: Ranked, patient: Uint32Array, rng: Rng): number {
  const bins = differences(rows, patient);
  const patients = patient.reduce((most, own) => Math.max(most, own + 1), 0);
  const drawn = Array.from({ length: DRAWS }, () => {
    const sign = Float64Array.from({ length: patients }, () => (rng.next() < 0.5 ? -1 : 1));
    const sum = bins.reduce((total, bin) => {
      let own = 0;
      bin.forEach((value, person) => (own += value * (sign[person] ?? 0)));
      return total + Math.abs(own);
    }, 0);
    return sum / rows.score.length;
  });
  return quantile(Float64Array.from(drawn).sort(), 0.95);
}

/** Per bin of equal mass and patient: observed less expected. */
function differences({ score, outcome, origin }: Ranked, patient: Uint32Array): readonly ReadonlyMap<number, number>[] {
  const size = score.length / ECE_BINS;
  return Array.from({ length: ECE_BINS }, (_, bin) => {
    const [from, to] = [Math.round(bin * size), Math.round((bin + 1) * size)];
    const byPatient = new Map<number, number>();
    for (let place = from; place < to; place += 1) {
      const person = at(patient, at(origin, place));
      byPatient.set(person, (byPatient.get(person) ?? 0) + at(outcome, place) - at(score, place));
    }
    return byPatient;
  });
}
