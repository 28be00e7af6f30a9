import { logit, sigmoid } from '@concord/core/kernel';
import { at, type Ranked } from './predictions.ts';

/** Bins of equal mass that every calibration error in Concord uses (DESIGN 5). */
export const ECE_BINS = 15;

/** Mean squared distance between probability and outcome. */
export function brier(rows: Ranked): number {
  return mean(rows, (p, y) => (p - y) ** 2);
}

/** Mean negative log-likelihood in nats. */
export function logLoss(rows: Ranked): number {
  return mean(rows, (p, y) => -Math.log(y === 1 ? p : 1 - p));
}

/** Outcomes that happened over outcomes that the probabilities add up to. */
export function observedExpected(rows: Ranked): number {
  return mean(rows, (_, y) => y) / mean(rows, (p) => p);
}

/** Share of rows, by weight, for which `holds` is 1, in the order of the original rows. */
export function share(rows: Ranked, holds: Uint8Array): number {
  let [sum, total] = [0, 0];
  rows.origin.forEach((row, place) => {
    sum += at(holds, row) * at(rows.weight, place);
    total += at(rows.weight, place);
  });
  return sum / total;
}

export interface Bin {
  readonly count: number;
  readonly meanProbability: number;
  readonly observed: number;
}

/**
 * Bins of equal count along the ascending probabilities; when the rows do not divide evenly the first bins hold one
 * more. A row that counts several times may fall into two bins, as its copies would.
 */
export function equalMassBins({ score, outcome, weight }: Ranked, bins: number): readonly Bin[] {
  const total = weight.reduce((sum, w) => sum + w, 0);
  const sizes = Array.from({ length: bins }, (_, bin) => Math.floor(total / bins) + (bin < total % bins ? 1 : 0));
  let place = 0;
  let left = at(weight, 0);
  return sizes.map((size) => {
    let [room, sumP, sumY] = [size, 0, 0];
    while (room > 0 && place < score.length) {
      const taken = Math.min(room, left);
      sumP += taken * at(score, place);
      sumY += taken * at(outcome, place);
      room -= taken;
      left -= taken;
      if (left === 0) left = at(weight, (place += 1));
    }
    return { count: size, meanProbability: sumP / size, observed: sumY / size };
  });
}

/** Bins [k/bins, (k+1)/bins) of the probability; 1 belongs to the last. Empty bins are left out. */
export function equalWidthBins({ score, outcome, weight }: Ranked, bins: number): readonly Bin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, p: 0, y: 0 }));
  score.forEach((p, place) => {
    const bin = sums[Math.min(bins - 1, Math.floor(p * bins))];
    const w = at(weight, place);
    if (bin === undefined || w === 0) return;
    bin.count += w;
    bin.p += w * p;
    bin.y += w * at(outcome, place);
  });
  return sums.filter(({ count }) => count > 0).map(({ count, p, y }) => ({ count, meanProbability: p / count, observed: y / count }));
}

/** Expected calibration error: distance of observed share and mean probability, weighted by bin size. */
export function calibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, meanProbability, observed }) => sum + (count > 0 ? (count / total) * Math.abs(observed - meanProbability) : 0), 0);
}

/** Expected calibration error on 15 bins of equal mass. */
export function ece(rows: Ranked): number {
  return calibrationError(equalMassBins(rows, ECE_BINS));
}

/** Hosmer-Lemeshow chi-square over the bins. */
export function hosmerLemeshow(bins: readonly Bin[]): number {
  return bins.reduce((sum, { count, meanProbability: p, observed }) => sum + (count * (observed - p) ** 2) / (p * (1 - p)), 0);
}

export interface Recalibration {
  readonly slope: number;
  /** Fitted together with the slope. */
  readonly intercept: number;
}

/**
 * Slope and intercept of a logistic regression of the outcome on the logit of the probability: 1 and 0 when calibrated.
 * Source: Cox DR. Two further applications of a model for binary regression. Biometrika 1958;45:562-565.
 * @returns NaN when the outcome never or always happens.
 */
export function recalibration(rows: Ranked): Recalibration {
  const groups = byScore(rows);
  let [intercept, slope] = [0, 1];
  for (let round = 0; round < NEWTON_ROUNDS; round += 1) {
    const step = newtonStep(groups, { slope, intercept });
    if (step === undefined) return { slope: Number.NaN, intercept: Number.NaN };
    intercept += step.intercept;
    slope += step.slope;
    if (Math.abs(step.intercept) + Math.abs(step.slope) < 1e-10) break;
  }
  return { slope, intercept };
}

/** The intercept with the slope held at 1: 0 when as much happens as was predicted. */
export function calibrationInTheLarge({ score, outcome, weight }: Ranked): number {
  const x = score.map((p) => logit(p, 1e-12));
  let intercept = 0;
  for (let round = 0; round < NEWTON_ROUNDS; round += 1) {
    let [gradient, curvature] = [0, 0];
    x.forEach((value, place) => {
      const p = sigmoid(value + intercept);
      gradient += at(weight, place) * (at(outcome, place) - p);
      curvature += at(weight, place) * p * (1 - p);
    });
    const step = gradient / curvature;
    intercept += step;
    if (!(Math.abs(step) >= 1e-12)) break;
  }
  return intercept;
}

/** Newton's method doubles its digits each round; what has not settled by then never will. */
const NEWTON_ROUNDS = 50;

/** Rows of one score weigh as one: a stored probability has four decimals, so a hundred thousand rows are a few thousand groups. */
interface ScoreGroups {
  /** Log-odds of each distinct score. */
  readonly x: readonly number[];
  readonly weight: readonly number[];
  /** Weight of the rows with the outcome. */
  readonly happened: readonly number[];
}

function byScore({ score, outcome, weight }: Ranked): ScoreGroups {
  const [x, weights, happened]: [number[], number[], number[]] = [[], [], []];
  let [previous, sum, withOutcome] = [Number.NaN, 0, 0];
  const close = (): void => {
    if (sum === 0) return;
    x.push(logit(previous, 1e-12));
    weights.push(sum);
    happened.push(withOutcome);
  };
  for (let place = 0; place < score.length; place += 1) {
    const [value, w] = [at(score, place), at(weight, place)];
    if (value !== previous) {
      close();
      [previous, sum, withOutcome] = [value, 0, 0];
    }
    sum += w;
    withOutcome += w * at(outcome, place);
  }
  close();
  return { x, weight: weights, happened };
}

function newtonStep({ x, weight, happened }: ScoreGroups, { slope, intercept }: Recalibration): Recalibration | undefined {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  x.forEach((value, place) => {
    const w = weight[place] ?? 0;
    const p = sigmoid(intercept + slope * value);
    const miss = (happened[place] ?? 0) - w * p;
    const bend = w * p * (1 - p);
    g0 += miss;
    g1 += miss * value;
    h00 += bend;
    h01 += bend * value;
    h11 += bend * value * value;
  });
  const determinant = h00 * h11 - h01 * h01;
  if (!(determinant > 1e-12)) return undefined;
  return { intercept: (h11 * g0 - h01 * g1) / determinant, slope: (h00 * g1 - h01 * g0) / determinant };
}

function mean({ score, outcome, weight }: Ranked, of: (probability: number, outcome: number) => number): number {
  let [sum, total] = [0, 0];
  for (let place = 0; place < score.length; place += 1) {
    const w = at(weight, place);
    if (w === 0) continue;
    sum += w * of(at(score, place), at(outcome, place));
    total += w;
  }
  return sum / total;
}
