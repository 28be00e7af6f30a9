import type { Evidence, EvidenceDraft, ModalityKind } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';

/** What the model made of one modality: its Shapley value, and what its modality says of its tokens. */
export interface Share {
  readonly modality: ModalityKind;
  readonly shapley: number;
  /** Leave-one-out items; they need not sum to the share. */
  readonly drafts: readonly EvidenceDraft[];
}

/** Sum of evidence and logit may differ by this much (DESIGN 10). */
export const TOLERANCE = 1e-5;
/** Items shown per modality; what the rest contribute goes into the joint item. */
const SHOWN = 6;

/**
 * Orders the items of each modality by weight and adds one joint item that carries what its parts say only together, so that
 * the items of a modality sum to its Shapley value. Nothing is rescaled.
 */
export function explain(shares: readonly Share[]): readonly Evidence[] {
  return [...shares].sort((a, b) => Math.abs(b.shapley) - Math.abs(a.shapley) || (a.modality < b.modality ? -1 : 1)).flatMap(itemsOf);
}

function itemsOf({ modality, shapley, drafts }: Share): readonly Evidence[] {
  const shown = [...drafts].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, SHOWN);
  const named = shown.reduce((sum, { contribution }) => sum + contribution, 0);
  const joint: EvidenceDraft = { kind: 'joint', pointer: null, contribution: shapley - named, text: 'What these say only together' };
  return [...shown, joint].map((draft, index) => ({ ...draft, modality, id: `${modality}-${index + 1}` }));
}

/** @throws when the evidence does not sum to the logit: a reason that does not add up must never reach a screen. */
export function assertConserved(evidence: readonly Evidence[], baselineLogit: number, logit: number): void {
  const sum = evidence.reduce((total, { contribution }) => total + contribution, baselineLogit);
  invariant(Math.abs(sum - logit) <= TOLERANCE, 'evidence sums to the logit');
}
