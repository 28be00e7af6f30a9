import type { Instant, Milliseconds, Probability } from '../kernel/index.ts';
import type { Evidence } from './evidence.ts';
import type { Explanation } from './explanation.ts';
import type { BundleId, ModalityKind, PatientId, RiskTaskId } from './identity.ts';
import type { News2 } from './news2.ts';
import type { Faithfulness } from './region-check.ts';
import type { Tier } from './tier.ts';
import type { PatientTimeline } from './timeline.ts';

/** How the model behind a number was tested, per task, availability pattern and setting (DESIGN 5). */
export type EvidenceLevel = 'real-external' | 'real-internal' | 'transferred' | 'assembled' | 'synthetic';

export type AbstentionReason =
  'outside-population' | 'too-little-data' | 'stale-inputs' | 'uncalibrated-pattern' | 'image-unfit' | 'withheld' | 'model-unavailable';

/** No score is an answer: why, in a code for machines and a sentence for people. */
export interface Abstention {
  readonly reason: AbstentionReason;
  /** One plain sentence without patient content: "No score: vitals too old." */
  readonly text: string;
  /** Since when it has been so, where that is known. */
  readonly since?: Instant;
}

export interface RiskScore {
  /** Stored once, four decimals. */
  readonly probability: Probability;
  readonly interval: readonly [low: Probability, high: Probability];
  /** Fused, before calibration; a float32. */
  readonly logit: number;
  /** The logit with every modality absent: where the Why bars start. */
  readonly baselineLogit: number;
  readonly calibrationId: string;
  readonly evidenceLevel: EvidenceLevel;
  /** Modalities the calibration covers and the model used. */
  readonly pattern: readonly ModalityKind[];
  /** With what was held from the score before; absent until it is stored, and from scores stored before tiers were held. */
  readonly tier?: Tier;
  /** Exact Shapley value per used modality; they sum to logit - baselineLogit. */
  readonly shapley: readonly { readonly modality: ModalityKind; readonly value: number }[];
}

export type ModalityState = 'used' | 'stale' | 'absent' | 'withheld' | 'unused';
export type ModalityStates = Readonly<Record<ModalityState, readonly ModalityKind[]>>;

/** What makes a stored score repeatable (DESIGN 5, replay). */
export interface AssessmentPins {
  /** Patient revision the timeline was read at. */
  readonly revision: number;
  /** Version of the patient links that were used. */
  readonly links: string;
  /** Version of the device clock offsets that were used. */
  readonly clocks: string;
  /** Hex SHA-256 of the tensors, in the order of their names. */
  readonly inputsSha256: string;
  readonly blockSha256: readonly string[];
  /** onnxruntime version and CPU features. */
  readonly runtime: string;
}

export interface Assessment {
  readonly patientId: PatientId;
  readonly task: RiskTaskId;
  readonly asOf: Instant;
  readonly bundle: BundleId;
  readonly outcome:
    | {
        readonly kind: 'scored';
        readonly score: RiskScore;
        readonly evidence: readonly Evidence[];
        /** Absent from scores that were stored before explanations were kept. */
        readonly explanation?: Explanation;
        /** Present once the regions of its picture were verified; until then they are a preview. */
        readonly faithfulness?: readonly Faithfulness[];
      }
    | { readonly kind: 'abstained'; readonly abstention: Abstention };
  readonly modalities: ModalityStates;
  /** Why a present modality was left out: `chest-imaging` → "transfer syntax not decoded". */
  readonly unusedReasons: readonly { readonly modality: ModalityKind; readonly reason: string }[];
  readonly news2: News2;
  readonly pins: AssessmentPins;
  /** When an input turns stale, so that a re-score can be planned. */
  readonly staleAt?: Instant;
}

/** Encodes once, answers every task. Models and plug-ins are bound where the app is composed. */
export type Assess = (question: AssessQuestion) => Promise<readonly Assessment[]>;

export interface AssessQuestion {
  readonly timeline: PatientTimeline;
  readonly asOf: Instant;
  readonly tasks: readonly RiskTask[];
}

export type Eligibility = { readonly kind: 'eligible' } | { readonly kind: 'refused'; readonly abstention: Abstention };

/** One clinical question: a declaration, no code that scores. */
export interface RiskTask {
  readonly id: RiskTaskId;
  /** "Decline within 24 h" */
  readonly title: string;
  readonly outcome: { readonly definition: string; readonly citation: string };
  readonly horizon: Milliseconds;
  /** Output of the fusion head that answers this task. */
  readonly head: string;
  readonly required: readonly ModalityKind[];
  readonly optional: readonly ModalityKind[];
  /** Asked of what was known at `at`, before any block runs. */
  eligibility(known: PatientTimeline, at: Instant): Eligibility;
  /**
   * The moment from which a table's windows, ages and trends are counted back, so that a score stays where it is while nothing new is
   * known: never later than `at`, and nothing that is known lies after it. Without it they are counted from `at`.
   */
  countedFrom?(known: PatientTimeline, at: Instant): Instant;
  /** Probability from which the tier is raised, and high. */
  readonly thresholds: { readonly raised: Probability; readonly high: Probability };
}
