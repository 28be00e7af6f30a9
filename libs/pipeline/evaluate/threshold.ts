import { at, type Ranked } from './predictions.ts';

/** Counts and rates when everyone at or above a threshold is called positive. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
  readonly sensitivity: number;
  readonly specificity: number;
  readonly ppv: number;
  readonly npv: number;
  /** Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 2006;26:565-574. */
  readonly net_benefit: number;
}

/** @param threshold a probability; positive = probability ≥ threshold. */
export function confusionAt({ score, outcome, weight }: Ranked, threshold: number): Confusion {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (let place = 0; place < score.length; place += 1) {
    const w = at(weight, place);
    const happened = at(outcome, place) === 1;
    if (at(score, place) >= threshold) [tp, fp] = happened ? [tp + w, fp] : [tp, fp + w];
    else [fn, tn] = happened ? [fn + w, tn] : [fn, tn + w];
  }
  const n = tp + fp + fn + tn;
  return {
    tp,
    fp,
    fn,
    tn,
    sensitivity: tp / (tp + fn),
    specificity: tn / (tn + fp),
    ppv: tp / (tp + fp),
    npv: tn / (tn + fn),
    net_benefit: tp / n - (fp / n) * (threshold / (1 - threshold)),
  };
}
