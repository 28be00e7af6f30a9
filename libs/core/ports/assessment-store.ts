import type { Instant } from '../kernel/index.ts';
import type { Assessment, AssessmentId, BundleId, EncounterId, PatientId, RegionCheck, RiskTaskId } from '../clinical/index.ts';
import type { Page, Paged } from './storing.ts';

export interface StoredAssessment {
  readonly id: AssessmentId;
  readonly assessment: Assessment;
  readonly status: 'preliminary' | 'final' | 'entered-in-error';
  readonly storedAt: Instant;
  /** Raised with each assessment of the patient; a late result never overwrites a newer one. */
  readonly sequence: number;
}

export interface AssessmentStore {
  /**
   * Numbered in the patient's sequence. A result that was computed on an older revision than the newest stored one of its
   * task and moment is dropped.
   * @returns undefined when it came too late.
   */
  save(assessment: Assessment, backdated?: { readonly storedAt: Instant }): Promise<AssessmentId | undefined>;
  /**
   * Keeps what covering parts of a picture showed of a stored score; reads then show its regions in place of the preview. The
   * score itself is not touched. @returns false when it has been checked before.
   */
  keepCheck(id: AssessmentId, check: RegionCheck): Promise<boolean>;
  read(id: AssessmentId): Promise<StoredAssessment | undefined>;
  /** Newest first; `asOf` limits by the assessment's own `asOf`. */
  list(query: {
    readonly patientId: PatientId;
    readonly task?: RiskTaskId;
    readonly asOf?: Instant;
    readonly from?: Instant;
    readonly limit: number;
    /** Without abstentions and without scores that were withdrawn. */
    readonly scored?: true;
    /** A curve of past scores: the record keeps their count and one hash instead of each. */
    readonly shownAs?: 'trend';
  }): Promise<readonly StoredAssessment[]>;
  search(
    query: {
      readonly ids?: readonly string[];
      readonly patientId?: PatientId;
      readonly encounterId?: EncounterId;
      readonly task?: RiskTaskId;
      readonly bundle?: BundleId;
      readonly from?: Instant;
      readonly to?: Instant;
    },
    page: Page,
  ): Promise<Paged<StoredAssessment>>;
}
