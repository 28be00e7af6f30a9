import type { Rng } from '@concord/core/ports';
import type { DetailRow, Judged } from './detail.ts';
import { byPatient, ratio } from './ratio.ts';

export interface ReliabilityBin {
  readonly n: number;
  /** Mean of the probabilities said. */
  readonly said: number;
  /** Share in whom it happened. */
  readonly seen: Judged;
}

/** Ten bins of equal count: enough to see a bend, few enough for an interval each. */
const BINS = 10;

export function reliability(rows: readonly DetailRow[], rng: Rng): readonly ReliabilityBin[] {
  const ordered = [...rows].sort((a, b) => a.probability - b.probability);
  return Array.from({ length: BINS }, (_, bin) => ordered.slice(Math.floor((bin * ordered.length) / BINS), Math.floor(((bin + 1) * ordered.length) / BINS)))
    .filter((inside) => inside.length > 0)
    .map((inside) => ({
      n: inside.length,
      said: inside.reduce((sum, { probability }) => sum + probability, 0) / inside.length,
      seen: ratio(
        byPatient(inside, ({ label }) => [Number(label), 1]),
        rng,
      ),
    }));
}

/** Net benefit per 100 rows when everybody above the threshold is acted on. */
export interface DecisionPoint {
  readonly threshold: number;
  readonly score: number;
  readonly everybody: number;
}

const POINTS = 24;

/**
 * Net benefit: those rightly acted on, less those wrongly, each of whom counts as much as the threshold says.
 * Source: Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 2006;26:565-574.
 */
export function decisionCurve(rows: readonly DetailRow[]): readonly DecisionPoint[] {
  const prevalence = rows.reduce((sum, { label }) => sum + Number(label), 0) / rows.length;
  if (!(prevalence > 0)) return [];
  // Thresholds that somebody might choose: from a fifth of the prevalence to ten times, never above 60 %.
  const [low, high] = [prevalence / 5, Math.min(0.6, prevalence * 10)];
  return Array.from({ length: POINTS }, (_, point) => low * (high / low) ** (point / (POINTS - 1))).map((threshold) => {
    const odds = threshold / (1 - threshold);
    const chosen = rows.filter(({ probability }) => probability >= threshold);
    const right = chosen.filter(({ label }) => label).length;
    return {
      threshold,
      score: (100 * (right - (chosen.length - right) * odds)) / rows.length,
      everybody: 100 * (prevalence - (1 - prevalence) * odds),
    };
  });
}
