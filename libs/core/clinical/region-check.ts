import type { Assessment } from './assessment.ts';
import type { Evidence } from './evidence.ts';
import type { ModalityKind } from './identity.ts';

/** What covering one region did, beside what covering others of its size did. */
export interface Faithfulness {
  readonly evidenceId: string;
  /** Stored probability less the probability with the region covered; positive: the region raises the score. */
  readonly change: number;
  /** Mean distance in probability over regions of the same size elsewhere on the picture. */
  readonly elsewhere: number;
  /** How many regions elsewhere were covered. */
  readonly regions: number;
  /** Covering it, in another way than it was found by, changes the score more than covering any of the others, and to the same side. */
  readonly holds: boolean;
}

/**
 * The second version of the evidence of one modality: its regions verified by occlusion. No number of the assessment changes;
 * the items sum to the same share as those of the first version.
 */
export interface RegionCheck {
  readonly modality: ModalityKind;
  /** Replaces the items of this modality. */
  readonly evidence: readonly Evidence[];
  /** One per region in `evidence`; empty where no region moves the score. */
  readonly faithfulness: readonly Faithfulness[];
  /** The sentences over the items as they are now; null where the score was stored without any. */
  readonly rationale: string | null;
}

/** A score as it is shown once its regions were verified. What is stored of the score stays as it was. */
export function verified(assessment: Assessment, { modality, evidence, faithfulness, rationale }: RegionCheck): Assessment {
  const { outcome } = assessment;
  if (outcome.kind === 'abstained') return assessment;
  const explanation = outcome.explanation === undefined || rationale === null ? outcome.explanation : { ...outcome.explanation, rationale };
  return {
    ...assessment,
    outcome: {
      ...outcome,
      evidence: outcome.evidence.flatMap((item, at) => (item.modality !== modality ? [item] : isFirstOf(outcome.evidence, at) ? evidence : [])),
      faithfulness,
      ...(explanation === undefined ? {} : { explanation }),
    },
  };
}

function isFirstOf(evidence: readonly Evidence[], at: number): boolean {
  return evidence.findIndex(({ modality }) => modality === evidence[at]?.modality) === at;
}
