import { hours, since } from '../kernel/index.ts';
import type { Assessment, RiskTask } from './assessment.ts';

/** Where a probability stands, in words: below the first threshold, above it, above the second. */
export type Tier = 'usual' | 'raised' | 'high';

/** A tier once reached is left only below this share of its threshold: in the band between nothing flips. */
export const CLEARED_BELOW = 0.8;
/** After longer without a score the next one starts afresh. */
const HELD_FOR = hours(6);

/**
 * Rises at once; falls only through the band below the threshold. At a threshold it is over it.
 * @param held tier of the score before; undefined where there is none to hold on to.
 * Source: two thresholds with hysteresis, as a Schmitt trigger.
 */
export function tierOf(probability: number, thresholds: RiskTask['thresholds'], held: Tier = 'usual'): Tier {
  const reached = (tier: Exclude<Tier, 'usual'>, isHeld: boolean): boolean => probability >= thresholds[tier] * (isHeld ? CLEARED_BELOW : 1);
  if (reached('high', held === 'high')) return 'high';
  return reached('raised', held !== 'usual') ? 'raised' : 'usual';
}

/** The assessment with the tier of its score. @param before the score before, of the same patient and question. */
export function withTier(assessment: Assessment, thresholds: RiskTask['thresholds'], before: Assessment | undefined): Assessment {
  const { outcome } = assessment;
  if (outcome.kind === 'abstained') return assessment;
  return {
    ...assessment,
    outcome: { ...outcome, score: { ...outcome.score, tier: tierOf(outcome.score.probability, thresholds, heldFrom(before, assessment)) } },
  };
}

/** Another bundle, or a longer silence, holds nothing. */
function heldFrom(before: Assessment | undefined, { bundle, asOf }: Assessment): Tier | undefined {
  if (before?.outcome.kind !== 'scored' || before.bundle !== bundle) return undefined;
  const passed = since(before.asOf, asOf);
  return passed >= 0 && passed <= HELD_FOR ? before.outcome.score.tier : undefined;
}
