import type { ModalityKind } from '@concord/core/clinical';
import { probability, rounded, sigmoid, type Probability } from '@concord/core/kernel';

/** Platt's map of one head on one set of modalities, with what is known of its uncertainty. */
export interface Calibration {
  readonly id: string;
  readonly head: string;
  readonly pattern: readonly ModalityKind[];
  readonly slope: number;
  readonly intercept: number;
  readonly covariance: readonly [slopeVariance: number, covariance: number, interceptVariance: number];
  readonly conformal: readonly [without: number, withEvent: number];
}

export interface Calibrated {
  readonly probability: Probability;
  readonly interval: readonly [low: Probability, high: Probability];
}

const Z_95 = 1.959964;

/** The calibration of the largest set of modalities within `available` that has one; it must hold every required modality. */
export function calibrationFor<C extends Calibration>(
  calibrations: readonly C[],
  question: { readonly head: string; readonly available: readonly ModalityKind[]; readonly required: readonly ModalityKind[] },
): C | undefined {
  return calibrations
    .filter(({ head, pattern }) => head === question.head && pattern.every((kind) => question.available.includes(kind)))
    .filter(({ pattern }) => question.required.every((kind) => pattern.includes(kind)))
    .reduce<C | undefined>((best, next) => (best === undefined || next.pattern.length > best.pattern.length ? next : best), undefined);
}

/**
 * Logit to probability, with the 95 % interval of the calibration curve at this logit: how well the rate among such patients
 * is known, not how one patient will fare.
 * Source: Platt 1999; delta method on the bootstrap covariance of slope and intercept.
 */
export function calibrate(logit: number, { slope, intercept, covariance }: Calibration): Calibrated {
  const [slopeVariance, cross, interceptVariance] = covariance;
  const centre = slope * logit + intercept;
  const half = Z_95 * Math.sqrt(Math.max(0, slopeVariance * logit * logit + 2 * cross * logit + interceptVariance));
  return asStored(sigmoid(centre), sigmoid(centre - half), sigmoid(centre + half));
}

/**
 * Probabilities along the uncertainty of the map: the five points that match mean and covariance of slope and intercept. Their
 * spread is what the model does not know where a bundle has no ensemble.
 * Source: Julier and Uhlmann 1997 (unscented transform), kappa = 1.
 */
export function curveDraws(logit: number, { slope, intercept, covariance: [slopeVariance, cross, interceptVariance] }: Calibration): readonly number[] {
  const reach = Math.sqrt(3);
  const first = Math.sqrt(Math.max(0, slopeVariance));
  const shared = first === 0 ? 0 : cross / first;
  const second = Math.sqrt(Math.max(0, interceptVariance - shared * shared));
  const steps = [
    [0, 0],
    [first, shared],
    [-first, -shared],
    [0, second],
    [0, -second],
  ] as const;
  return steps.map(([a, b]) => sigmoid((slope + reach * a) * logit + intercept + reach * b));
}

/**
 * Makes the answers of one patient agree across horizons: a longer horizon is never less likely than a shorter one, whatever
 * each calibration says. The order is from the shortest horizon.
 */
export function monotone(answers: readonly Calibrated[]): readonly Calibrated[] {
  let floor: Calibrated | undefined;
  return answers.map((answer) => {
    const { probability: p, interval } = answer;
    floor =
      floor === undefined
        ? answer
        : { probability: higher(p, floor.probability), interval: [higher(interval[0], floor.interval[0]), higher(interval[1], floor.interval[1])] };
    return floor;
  });
}

/** True where the conformal set at 90 % holds the outcome: the outcome is not too strange for its class. */
export function isCovered(p: number, happened: boolean, { conformal: [without, withEvent] }: Calibration): boolean {
  return happened ? 1 - p <= withEvent : p <= without;
}

function asStored(p: Probability, low: Probability, high: Probability): Calibrated {
  const stored = rounded(p);
  return { probability: stored, interval: [probability(Math.min(rounded(low), stored)), probability(Math.max(rounded(high), stored))] };
}

function higher(a: Probability, b: Probability): Probability {
  return a > b ? a : b;
}
