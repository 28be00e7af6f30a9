import type { Instant } from '../kernel/index.ts';
import type { PatientId, PatientTimeline, Sha256 } from '../clinical/index.ts';
import type { AssessmentStore } from './assessment-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { AdministrationStore } from './administration-store.ts';
import type { BreakGlassStore } from './break-glass-store.ts';
import type { CareStore } from './care-store.ts';
import type { ConcordanceStore } from './concordance-store.ts';
import type { ConsentStore } from './consent-store.ts';
import type { DeviceTurnStore } from './device-store.ts';
import type { EncounterStore } from './encounter-store.ts';
import type { ErasureStore } from './erasure-store.ts';
import type { ImagingStore } from './imaging-store.ts';
import type { ModelStore } from './model-store.ts';
import type { ObservationStore } from './observation-store.ts';
import type { PatientStore } from './patient-store.ts';
import type { ReconcileStore } from './reconcile-store.ts';
import type { ReportStore } from './report-store.ts';
import type { WorklistStore } from './worklist-store.ts';

/** Every store is bound to one decided transaction: it sees only what row-level security lets it see. */
export interface Stores {
  readonly patients: PatientStore;
  readonly encounters: EncounterStore;
  readonly erasures: ErasureStore;
  readonly observations: ObservationStore;
  readonly reports: ReportStore;
  readonly imaging: ImagingStore;
  readonly timelines: TimelineStore;
  readonly assessments: AssessmentStore;
  readonly concordances: ConcordanceStore;
  readonly worklist: WorklistStore;
  readonly reconcile: ReconcileStore;
  readonly care: CareStore;
  readonly models: ModelStore;
  readonly consents: ConsentStore;
  readonly deviceTurns: DeviceTurnStore;
  readonly breakGlass: BreakGlassStore;
  readonly administration: AdministrationStore;
  readonly audit: AuditStore;
  readonly blobs: SealedBlobStore;
  readonly jobs: JobStore;
}

export interface TimelineStore {
  /** The whole timeline that a question about `at` needs; up to `revision` when a replay asks. */
  load(patientId: PatientId, at: Instant, revision?: number): Promise<PatientTimeline | undefined>;
  /** When the patient's newest row became available; undefined when the patient is not there for the asker. */
  newest(patientId: PatientId): Promise<Instant | undefined>;
}

/** Blobs sealed under the patient's key; the wrapped key lives in a row under row-level security. */
export interface SealedBlobStore {
  put(bytes: Uint8Array, patientId: PatientId | undefined): Promise<Sha256>;
  get(hash: Sha256): Promise<Uint8Array | undefined>;
}

export interface JobStore {
  /** Once per accepted batch and patient; equal waiting jobs coalesce. */
  assess(patientId: PatientId, runAt?: Instant): Promise<void>;
  /** Verifies the regions of the patient's newest scores behind everything else that waits; one wish a patient. */
  verify(patientId: PatientId): Promise<void>;
}
