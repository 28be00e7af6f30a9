/**
 * Late fusion: what single modalities say, each calibrated for itself, added up as if they were independent given the outcome.
 * It cannot see what two modalities mean only together; the ablation that joint fusion is measured against.
 * @param alone calibrated log-odds of each modality that spoke. @param prior log-odds when nothing is known.
 */
export function lateFusion(alone: readonly number[], prior: number): number {
  return alone.reduce((sum, logit) => sum + logit - prior, prior);
}
