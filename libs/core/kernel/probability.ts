import type { Brand } from './brand.ts';

/** A chance in [0, 1]. */
export type Probability = Brand<number, 'Probability'>;

/** @throws when the number is outside [0, 1] or not a number. */
export function probability(value: number): Probability {
  if (!(value >= 0 && value <= 1)) throw new RangeError('a probability lies in [0, 1]');
  return value as Probability;
}

/** The stored form of a probability: four decimals (DESIGN 5, "Numbers shown"). */
export function rounded(value: Probability): Probability {
  return (Math.round(value * 10_000) / 10_000) as Probability;
}

export function sigmoid(logit: number): Probability {
  // Two branches: exp of a large positive number overflows, of a large negative one it does not.
  const value = logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
  return probability(value);
}

/** Log-odds; the argument is kept off 0 and 1 by `floor`. */
export function logit(value: number, floor = 1e-7): number {
  const kept = Math.min(1 - floor, Math.max(floor, value));
  return Math.log(kept / (1 - kept));
}
