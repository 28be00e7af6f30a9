export { ASSURANCES, ROLES, scoringJob, WORKER } from './access.ts';
export type {
  AccessAction,
  AccessDecision,
  AccessRequest,
  AccessScope,
  Actor,
  Assurance,
  AuditUnitKind,
  Purpose,
  Refusal,
  Relationship,
  Sensitivity,
  ResourceKind,
  Role,
  WithAccess,
} from './access.ts';
export { ModelUnavailable } from './outside.ts';
export { RSA_BITS_MIN } from './strength.ts';
export type {
  Backoff,
  Clock,
  Codec,
  DataKeys,
  DecodedFrame,
  Digest,
  Hash,
  Inflate,
  JobName,
  KeyEntry,
  Keyring,
  KeyStore,
  KeyVersions,
  ModelRunner,
  Rng,
  SealedFiles,
  Signer,
  Tensor,
  VerifySignature,
} from './outside.ts';
export type { AssessmentStore, StoredAssessment } from './assessment-store.ts';
export type {
  AuditKind,
  AuditPerson,
  AuditQuery,
  AuditRow,
  AuditExportState,
  AuditStore,
  AuditTally,
  CommittedRecord,
  DisclosureRecipient,
  RecordSecurity,
  ScoresShown,
  SecurityEvent,
  ShownModel,
  ShownScore,
} from './audit-store.ts';
export type { AdministrationStore, ReachEntry, Source, StaffMember, Ward } from './administration-store.ts';
export type { BreakGlassStore, EmergencyGrant, EmergencyReview, GrantFacts, LookUp, ReadingAlert } from './break-glass-store.ts';
export type { CareStore } from './care-store.ts';
export type { ConcordanceReview, ConcordanceStore, ReviewOutcome, StoredConcordance } from './concordance-store.ts';
export type { DeviceClock } from './observation-store.ts';
export type { ConsentRecord, ConsentStore, DeviceUse, NewConsent } from './consent-store.ts';
export { ERASURE_REASONS, HOLD_BASES } from './erasure-store.ts';
export type { ErasureReason, ErasureRefusal, ErasureRequest, ErasureStore, HoldBasis, LegalHold, RemainingScore } from './erasure-store.ts';
export type { EncounterRecord, EncounterStore, NewEncounter } from './encounter-store.ts';
export type { ImageInstanceRecord, ImagingStore, NewImageInstance, StudyRecord } from './imaging-store.ts';
export type { LocalValidation, ModelStore, ValidationFigures } from './model-store.ts';
export type { NewObservation, ObservationQuery, ObservationRecord, ObservationStore, SeriesPoint, StoredObservation } from './observation-store.ts';
export type { NewPatient, PatientRecord, PatientStore } from './patient-store.ts';
export type { DeviceHere, DeviceTurnStore, HeldOutcome, HeldReadings } from './device-store.ts';
export type { ReconcileItem, ReconcileReason, ReconcileStore } from './reconcile-store.ts';
export type { NewReport, ReportRecord, ReportStore } from './report-store.ts';
export type { JobStore, SealedBlobStore, Stores, TimelineStore } from './stores.ts';
export type { Backdated, Page, Paged, Stored } from './storing.ts';
export type { EndedWhat, SessionRow, SessionStore, TokenOrigin } from './session-store.ts';
export type { WorklistEntry, WorklistStore } from './worklist-store.ts';
