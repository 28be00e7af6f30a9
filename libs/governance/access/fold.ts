import { consentClassOf, type Assessment, type Evidence, type Explanation, type ModalityKind } from '@concord/core/clinical';

/** Name under which what a reader may not see stands in shares and evidence. */
const WITHHELD = 'withheld' as ModalityKind;

/**
 * A stored assessment as a reader sees it who may not see these modalities: their shares and their evidence become one item
 * with its sum. No number changes: not the probability, not the logit, not what the contributions add up to.
 */
export function fold(assessment: Assessment, hidden: readonly string[]): Assessment {
  const { outcome } = assessment;
  if (hidden.length === 0 || outcome.kind === 'abstained') return assessment;
  const { score, evidence } = outcome;
  const isHidden = ({ modality }: { readonly modality: ModalityKind }): boolean => hidden.includes(modality) || hidden.includes(consentClassOf(modality));
  const shares = score.shapley.filter(isHidden);
  const shapley =
    shares.length === 0
      ? score.shapley
      : [...score.shapley.filter((one) => !isHidden(one)), { modality: WITHHELD, value: sum(shares.map(({ value }) => value)) }];
  const { explanation, faithfulness, ...rest } = outcome;
  const kept = foldEvidence(evidence, isHidden);
  return {
    ...assessment,
    outcome: {
      ...rest,
      score: { ...score, shapley },
      evidence: kept,
      ...(explanation === undefined ? {} : { explanation: foldExplanation(explanation, isHidden) }),
      ...(faithfulness === undefined ? {} : { faithfulness: faithfulness.filter(({ evidenceId }) => kept.some(({ id }) => id === evidenceId)) }),
    },
  };
}

/** Sentences quote every source, so none stay; the rest leaves out what may not be seen. */
function foldExplanation(explanation: Explanation, isHidden: (item: { readonly modality: ModalityKind }) => boolean): Explanation {
  return {
    ...explanation,
    interactions: explanation.interactions.filter(({ modalities }) => !modalities.some((modality) => isHidden({ modality }))),
    awaited: explanation.awaited.filter((source) => !isHidden(source)),
    ...(explanation.pieces === undefined ? {} : { pieces: explanation.pieces.filter((piece) => !isHidden(piece)) }),
    rationale: '',
  };
}

function foldEvidence(evidence: readonly Evidence[], isHidden: (item: Evidence) => boolean): readonly Evidence[] {
  const items = evidence.filter(isHidden);
  if (items.length === 0) return evidence;
  const sources = new Set(items.map(({ modality }) => modality)).size;
  const text = sources === 1 ? '1 source withheld' : `${sources} sources withheld`;
  const contribution = sum(items.map((item) => item.contribution));
  return [...evidence.filter((item) => !isHidden(item)), { id: WITHHELD, modality: WITHHELD, kind: 'joint', pointer: null, contribution, text }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
