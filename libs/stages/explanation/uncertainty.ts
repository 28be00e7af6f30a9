/** Entropy of a chance in nats. */
export function entropy(p: number): number {
  return plogp(p) + plogp(1 - p);
}

/** What one score rests on: the draws of the model, and what each source says alone. All are probabilities. */
export interface Opinions {
  /** Of every member of the ensemble, or along the calibration curve; at least one. */
  readonly draws: readonly number[];
  /** What each source says for itself. */
  readonly alone: readonly number[];
  /** What the score would be with the sources that are not there, over patients who have them; empty when nobody can be asked. */
  readonly withMissing: readonly number[];
}

export interface UncertaintyParts {
  readonly data: number;
  readonly model: number;
  readonly conflict: number;
  readonly missing: number | null;
}

/**
 * Takes the uncertainty of a score apart by its causes.
 * Source: Depeweg et al. 2018 (data and model); Lin 1991 (Jensen-Shannon); Lindley 1956 (expected information of what is missing).
 */
export function uncertaintyOf({ draws, alone, withMissing }: Opinions): UncertaintyParts {
  const data = mean(draws.map(entropy));
  return {
    data,
    model: positive(entropy(mean(draws)) - data),
    conflict: alone.length < 2 ? 0 : positive(entropy(mean(alone)) - mean(alone.map(entropy))),
    // Of the mean, not of the score: what other patients' sources say on average must not count as information about this one.
    missing: withMissing.length === 0 ? null : positive(entropy(mean(withMissing)) - mean(withMissing.map(entropy))),
  };
}

/** The parts are not negative in exact arithmetic. */
function positive(value: number): number {
  return Math.max(0, value);
}

function plogp(p: number): number {
  return p <= 0 ? 0 : -p * Math.log(p);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
