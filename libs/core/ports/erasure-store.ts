import type { Instant } from '../kernel/index.ts';
import type { AssessmentId, PatientId } from '../clinical/index.ts';

/** GDPR Article 17(1): why a patient is to be erased. A code, never a sentence: it outlives the patient. */
export const ERASURE_REASONS = ['no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-obligation'] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** Why a patient must not be erased. */
export const HOLD_BASES = ['litigation', 'investigation', 'authority', 'public-health'] as const;
export type HoldBasis = (typeof HOLD_BASES)[number];

export interface ErasureRequest {
  readonly id: string;
  /** Absent once it is executed. */
  readonly patientId?: PatientId;
  readonly reason: ErasureReason;
  readonly state: 'requested' | 'confirmed' | 'executed' | 'withdrawn';
  /** Issuer and subject, joined by `|`. */
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly confirmedBy?: string;
  readonly executedAt?: Instant;
}

export interface LegalHold {
  readonly id: string;
  readonly patientId: PatientId;
  readonly basis: HoldBasis;
  readonly placedAt: Instant;
  readonly liftedAt?: Instant;
}

/** `absent`: no such patient or request; `held`: a legal hold forbids it; `same-person`: who asked may not confirm. */
export type ErasureRefusal = 'absent' | 'held' | 'same-person' | 'not-open';

/** What is left of a score whose patient was erased. */
export interface RemainingScore {
  readonly task: string;
  readonly asOf: Instant;
  readonly bundle: string;
  readonly probability: number | null;
  readonly logit: number | null;
}

/** Two people ask, one job does it; the database refuses anything else. */
export interface ErasureStore {
  request(patientId: PatientId, reason: ErasureReason): Promise<ErasureRequest | ErasureRefusal>;
  /** By somebody else than who asked; starts the job. */
  confirm(id: string): Promise<ErasureRequest | ErasureRefusal>;
  list(): Promise<readonly ErasureRequest[]>;
  hold(patientId: PatientId, basis: HoldBasis): Promise<LegalHold | 'absent'>;
  lift(id: string): Promise<LegalHold | 'absent'>;
  holds(): Promise<readonly LegalHold[]>;
  /** In the worker's job: the request that two people made for its patient. */
  pending(patientId: PatientId): Promise<string | undefined>;
  /** Deletes every row of the job's patient but the scores' numbers. @returns names of blob files to remove. */
  execute(patientId: PatientId): Promise<readonly string[]>;
  /** Keys and files are gone: the request forgets whom it was about. */
  finish(): Promise<void>;
  /** In the worker: the numbers of an assessment whose patient was erased. */
  remaining(id: AssessmentId): Promise<RemainingScore | undefined>;
}
