import type { ModalityKind } from './identity.ts';
import type { SourcePiece } from './modality.ts';

/** Two sources that say something only together. */
export interface SourceInteraction {
  readonly modalities: readonly [first: ModalityKind, second: ModalityKind];
  /** Log-odds; pairwise Shapley interaction index. Positive: together they raise the score more than each for itself. */
  readonly value: number;
}

/** Where the uncertainty of one score comes from. Each part moves when its own cause moves. In nats; 0.69 is a coin. */
export interface Uncertainty {
  /** The outcome itself, were model and inputs perfect: mean entropy over the draws of the model. */
  readonly data: number;
  /** What the model does not know: entropy of the mean less mean entropy, over its members or, without members, the draws of its calibration curve. */
  readonly model: number;
  /** Sources that contradict each other: Jensen-Shannon divergence of what each says alone; 0 with one source. */
  readonly conflict: number;
  /** What the sources that are not there would take away on average; null where the bundle holds no patients to ask. */
  readonly missing: number | null;
}

/** A source that could speak and does not. */
export interface AwaitedSource {
  readonly modality: ModalityKind;
  readonly state: 'stale' | 'absent' | 'withheld' | 'unused';
  /** Mean distance, in probability, between the score and what it would be with this source of other patients; null as above. */
  readonly expectedChange: number | null;
  /** How much wider the interval is than it would be at this probability with the source, in probability; 0 when it is not wider. */
  readonly widerBy: number | null;
}

/** A film of the examination that a score was asked of: read, or why not. */
export interface PieceOfSource extends SourcePiece {
  readonly modality: ModalityKind;
}

/** What stands behind a score beyond its reasons. */
export interface Explanation {
  readonly interactions: readonly SourceInteraction[];
  readonly uncertainty: Uncertainty;
  /** The one whose arrival would change most first. */
  readonly awaited: readonly AwaitedSource[];
  /** The films of an examination that holds several: which were read, which were not, and why. Absent where no source holds several. */
  readonly pieces?: readonly PieceOfSource[];
  /** Plain sentences made from the evidence by template; nothing stands here that no item says. */
  readonly rationale: string;
}
