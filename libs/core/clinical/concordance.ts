import type { Instant, Probability } from '../kernel/index.ts';
import type { EvidencePointer } from './evidence.ts';
import type { BundleId, ModalityKind, PatientId } from './identity.ts';
import type { ViewPlace } from './modality.ts';

/** Findings of a chest on which more than one source can have a word. Each source maps its own names onto these. */
export const SHARED_FINDINGS = [
  'airspace-opacity',
  'pleural-effusion',
  'cardiomegaly',
  'pneumothorax',
  'atelectasis',
  'pulmonary-edema',
  'nodule-or-mass',
] as const;
export type SharedFinding = (typeof SHARED_FINDINGS)[number];

/** `suggested`: a source that cannot see the finding and only fits it; it never contradicts one that looked. */
export type Stance = 'present' | 'absent' | 'uncertain' | 'suggested';

/** What one source says of one finding, and where. */
export interface FindingStatement {
  readonly finding: SharedFinding;
  readonly modality: ModalityKind;
  readonly stance: Stance;
  /** When what it looked at was true of the patient. */
  readonly effectiveAt: Instant;
  /** Calibrated probability of a model that looked; a report has none. */
  readonly probability?: Probability;
  readonly pointer: EvidencePointer;
  readonly text: string;
}

/** `apart`: both looked, at times too far from each other to be compared. */
export type Verdict = 'agree' | 'disagree' | 'undecided' | 'one-source' | 'apart';

export interface FindingAgreement {
  readonly finding: SharedFinding;
  readonly verdict: Verdict;
  readonly statements: readonly FindingStatement[];
}

/** What one device says of a sign. */
export interface SignReading {
  /** Null where the sender named none. */
  readonly device: string | null;
  /** In the canonical unit of the code. */
  readonly number: number;
  readonly effectiveAt: Instant;
}

/** Two devices that both measured one sign at nearly the same time. */
export interface SignAgreement {
  /** As stored: LOINC. */
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly verdict: 'agree' | 'disagree';
  /** The newest reading: it counts as the value now, in every score and in NEWS2; what a score reads of the hours before holds both. */
  readonly used: SignReading;
  /** The other device's nearest reading. */
  readonly other: SignReading;
}

/** Where the sources of one patient agree and where they contradict each other, as of one moment. It is no score and changes none. */
export interface Concordance {
  readonly patientId: PatientId;
  readonly asOf: Instant;
  /** Patient revision the timeline was read at. */
  readonly revision: number;
  readonly bundle: BundleId;
  readonly findings: readonly FindingAgreement[];
  /** Signs that two devices measured; absent in what was stored before they were compared. */
  readonly signs?: readonly SignAgreement[];
  /** Two contradictions and no agreement: one of the sources may be of somebody else. */
  readonly mislinkSuspected: boolean;
}

/** What a model names in one input: a calibrated probability, and from where on it is a word. */
export interface NamedFinding {
  readonly name: string;
  readonly probability: Probability;
  /** Present at or above it. */
  readonly present: number;
  /** Absent at or below it. */
  readonly absent: number;
  /** The view that shows it most, in the order of `views.align`, and how many were read; absent where there is one. */
  readonly views?: ViewPlace;
  /** Of which films it may speak. */
  readonly films: JudgedFilms;
}

/** Films on which a finding was judged: those that were taken of somebody, those that the project's generator drew, or both. Of others it says nothing. */
export type JudgedFilms = 'taken' | 'drawn' | 'both';
