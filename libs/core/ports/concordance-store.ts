import type { Concordance, PatientId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { PatientRecord } from './patient-store.ts';

/** How a radiologist closed a contradiction. */
export type ReviewOutcome = 'report-stands' | 'film-stands' | 'both-possible' | 'not-this-patient';

export interface ConcordanceReview {
  readonly outcome: ReviewOutcome;
  /** Login of the radiologist. */
  readonly by: string;
  readonly at: Instant;
}

export interface StoredConcordance {
  readonly id: string;
  readonly concordance: Concordance;
  readonly storedAt: Instant;
  /** Classes of data that the patient withholds from this reader now: nothing that rests on one is told. */
  readonly withheld: readonly string[];
  readonly review?: ConcordanceReview;
}

/** Where the sources of a patient agree: what the worker found last, and the queue of those that contradict each other. */
export interface ConcordanceStore {
  /** Stored only when it says something else than the newest one. @returns its id, or undefined when nothing changed. */
  save(concordance: Concordance): Promise<string | undefined>;
  newest(patientId: PatientId): Promise<StoredConcordance | undefined>;
  /** Patients in reach whose newest concordance holds a contradiction, newest first; at most `count`. */
  queue(count: number): Promise<readonly { readonly stored: StoredConcordance; readonly patient: PatientRecord }[]>;
  /** @returns false when there is none of this id in reach, or it was reviewed before. */
  review(id: string, outcome: ReviewOutcome): Promise<boolean>;
}
