import type { Code, Instant } from '../kernel/index.ts';
import type {
  Assessment,
  AssessmentId,
  BundleId,
  Demographics,
  EncounterId,
  Identifier,
  ImageHeader,
  ModalityKind,
  PatientId,
  PatientTimeline,
  PixelFrame,
  ReportId,
  ReportStatus,
  RiskTaskId,
  Sha256,
  SourceId,
  Stay,
  WardId,
} from '../clinical/index.ts';

/** Every store is bound to one decided transaction: it sees only what row-level security lets it see. */
export interface Stores {
  readonly patients: PatientStore;
  readonly encounters: EncounterStore;
  readonly observations: ObservationStore;
  readonly reports: ReportStore;
  readonly imaging: ImagingStore;
  readonly timelines: TimelineStore;
  readonly assessments: AssessmentStore;
  readonly worklist: WorklistStore;
  readonly reconcile: ReconcileStore;
  readonly audit: AuditStore;
  readonly blobs: SealedBlobStore;
  readonly jobs: JobStore;
}

/** What happened to something that was sent: made, the same again, or a new version of what was there. */
export type Stored<Id> =
  { readonly kind: 'created' | 'repeated' | 'superseded'; readonly id: Id; readonly version: number } | { readonly kind: 'conflict'; readonly id: Id };

export interface PatientRecord {
  readonly id: PatientId;
  readonly version: number;
  readonly updatedAt: Instant;
  readonly identifiers: readonly Identifier[];
  readonly family: string;
  readonly given: readonly string[];
  readonly demographics: Demographics;
  /** How the demo made this patient; absent for a patient that a source sent. */
  readonly demoKind?: 'synthetic' | 'assembled';
  readonly sourceId: SourceId;
}

export interface Page {
  readonly count: number;
  /** Opaque place to go on from. */
  readonly after?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next?: string;
}

export interface PatientStore {
  /** Finds by identifier under its system (blind index), whoever may reach the patient; for doors that match an arrival. */
  match(identifier: Identifier): Promise<PatientId | undefined>;
  create(record: Omit<PatientRecord, 'id' | 'version' | 'updatedAt'>): Promise<Stored<PatientId>>;
  read(id: PatientId, version?: number): Promise<PatientRecord | undefined>;
  search(
    query: { readonly ids?: readonly PatientId[]; readonly identifier?: Identifier; readonly family?: string; readonly birthDate?: string },
    page: Page,
  ): Promise<Paged<PatientRecord>>;
  /** Locks the patient's row and raises its revision; every accepted change calls it once. */
  raiseRevision(id: PatientId): Promise<number>;
}

export interface EncounterRecord {
  readonly id: EncounterId;
  readonly patientId: PatientId;
  readonly version: number;
  readonly updatedAt: Instant;
  readonly identifiers: readonly Identifier[];
  readonly stay: Stay;
  readonly locations: readonly {
    readonly wardId: WardId;
    readonly bed?: string;
    readonly start?: Instant;
    readonly end?: Instant;
    readonly status?: 'planned' | 'active' | 'reserved' | 'completed';
  }[];
  readonly sourceId: SourceId;
}

export interface EncounterStore {
  put(record: Omit<EncounterRecord, 'id' | 'version' | 'updatedAt'>): Promise<Stored<EncounterId>>;
  read(id: EncounterId, version?: number): Promise<EncounterRecord | undefined>;
  search(
    query: {
      readonly ids?: readonly EncounterId[];
      readonly patientId?: PatientId;
      readonly identifier?: Identifier;
      readonly status?: readonly string[];
      readonly from?: Instant;
      readonly to?: Instant;
    },
    page: Page,
  ): Promise<Paged<EncounterRecord>>;
}

/** One stored reading. `number` is in the canonical unit of its code; coded answers stand in `text`. */
export interface ObservationRecord {
  readonly id: string;
  readonly patientId: PatientId;
  readonly version: number;
  /** Which modality reads it; absent for what is kept but no model uses. */
  readonly modality?: ModalityKind;
  readonly code: string;
  readonly codeSystem: string;
  readonly number?: number;
  readonly unit?: string;
  readonly text?: string;
  /** As sent, when it was converted. */
  readonly sentNumber?: number;
  readonly sentUnit?: string;
  readonly status: 'registered' | 'preliminary' | 'final' | 'amended' | 'corrected' | 'cancelled' | 'entered-in-error';
  readonly effectiveAt: Instant;
  readonly availableAt: Instant;
  readonly supersededAt?: Instant;
  readonly retractedAt?: Instant;
  readonly sentAt?: Instant;
  readonly device?: string;
  readonly encounterId?: EncounterId;
  readonly identifier?: Identifier;
  readonly sourceId: SourceId;
  readonly blob: Sha256;
}

export type NewObservation = Omit<ObservationRecord, 'id' | 'version' | 'availableAt' | 'supersededAt' | 'retractedAt'>;

export interface ObservationQuery {
  readonly ids?: readonly string[];
  readonly patientId?: PatientId;
  readonly encounterId?: EncounterId;
  readonly codes?: readonly string[];
  readonly identifier?: Identifier;
  readonly status?: readonly string[];
  readonly from?: Instant;
  readonly to?: Instant;
}

export interface ObservationStore {
  /** Bulk, by UNNEST; the answer is in the order of the input. Natural key as DESIGN 4. */
  putAll(records: readonly NewObservation[]): Promise<readonly Stored<string>[]>;
  read(id: string, version?: number): Promise<ObservationRecord | undefined>;
  search(query: ObservationQuery, page: Page): Promise<Paged<ObservationRecord>>;
  /** One row per code × step: for a chart. */
  window(patientId: PatientId, codes: readonly string[], from: Instant, to: Instant, stepMs: number): Promise<readonly SeriesPoint[]>;
}

export interface SeriesPoint {
  readonly code: string;
  readonly device: string | null;
  readonly at: Instant;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** The coded answer, for ACVPU. */
  readonly text?: string;
}

export interface ReportRecord {
  readonly id: ReportId;
  readonly patientId: PatientId;
  readonly version: number;
  readonly code: Code;
  readonly status: ReportStatus;
  readonly issued: Instant;
  readonly effectiveAt: Instant;
  readonly availableAt: Instant;
  readonly supersededAt?: Instant;
  readonly retractedAt?: Instant;
  readonly text: string;
  readonly title?: string;
  readonly language?: string;
  readonly contentType: string;
  /** What the report modality derived: sections, sentences, assertions. Its own schema parses it. */
  readonly derived: unknown;
  readonly encounterId?: EncounterId;
  readonly identifier?: Identifier;
  readonly sourceId: SourceId;
  readonly blob: Sha256;
}

export interface ReportStore {
  put(record: Omit<ReportRecord, 'id' | 'version' | 'availableAt' | 'supersededAt' | 'retractedAt'>): Promise<Stored<ReportId>>;
  read(id: ReportId, version?: number): Promise<ReportRecord | undefined>;
  search(
    query: {
      readonly ids?: readonly ReportId[];
      readonly patientId?: PatientId;
      readonly encounterId?: EncounterId;
      readonly identifier?: Identifier;
      readonly codes?: readonly string[];
      readonly status?: readonly string[];
      readonly from?: Instant;
      readonly to?: Instant;
    },
    page: Page,
  ): Promise<Paged<ReportRecord>>;
}

export interface ImageInstanceRecord {
  readonly id: string;
  readonly patientId: PatientId;
  readonly sopClassUid: string;
  readonly header: ImageHeader;
  /** DICOM JSON model without pixel data and without the patient module. */
  readonly dicomJson: unknown;
  readonly effectiveAt: Instant;
  readonly availableAt: Instant;
  readonly supersededAt?: Instant;
  readonly retractedAt?: Instant;
  /** Grey values after the pipeline, or why there are none. */
  readonly pixels?: PixelFrame;
  readonly unusedReason?: string;
  /** What the image modality derived: crop, quality, view checks; its own schema parses it. */
  readonly derived: unknown;
  /** Grey values prepared for the encoder, one byte a pixel. */
  readonly prepared?: Uint8Array;
  readonly sourceId: SourceId;
  readonly blob: Sha256;
  readonly byteLength: number;
}

export interface StudyRecord {
  /** FHIR ImagingStudy id. */
  readonly id: string;
  readonly patientId: PatientId;
  readonly studyInstanceUid: string;
  readonly started: Instant;
  readonly description?: string;
  readonly accession?: string;
  readonly modalities: readonly string[];
  readonly series: readonly {
    readonly seriesInstanceUid: string;
    readonly modality: string;
    readonly description?: string;
    readonly instances: readonly { readonly sopInstanceUid: string; readonly sopClassUid: string; readonly number?: number }[];
  }[];
  readonly updatedAt: Instant;
}

export interface ImagingStore {
  /** The same bytes again are `repeated`; other bytes under the same SOP Instance UID are a `conflict`. */
  put(
    record: Omit<ImageInstanceRecord, 'id' | 'availableAt' | 'supersededAt' | 'retractedAt'> & {
      readonly studyDescription?: string;
      readonly accession?: string;
      readonly seriesDescription?: string;
      readonly instanceNumber?: number;
    },
  ): Promise<Stored<string>>;
  studies(
    query: {
      readonly ids?: readonly string[];
      readonly patientId?: PatientId;
      readonly studyInstanceUid?: string;
      readonly accession?: string;
      readonly modality?: string;
      readonly from?: Instant;
      readonly to?: Instant;
    },
    page: Page,
  ): Promise<Paged<StudyRecord>>;
  instances(query: {
    readonly studyInstanceUid: string;
    readonly seriesInstanceUid?: string;
    readonly sopInstanceUid?: string;
  }): Promise<readonly ImageInstanceRecord[]>;
}

export interface TimelineStore {
  /** The whole timeline that a question about `at` needs; up to `revision` when a replay asks. */
  load(patientId: PatientId, at: Instant, revision?: number): Promise<PatientTimeline | undefined>;
}

export interface StoredAssessment {
  readonly id: AssessmentId;
  readonly assessment: Assessment;
  readonly status: 'preliminary' | 'final' | 'entered-in-error';
  readonly storedAt: Instant;
  /** Raised with each assessment of the patient; a late result never overwrites a newer one. */
  readonly sequence: number;
}

export interface AssessmentStore {
  save(assessment: Assessment): Promise<AssessmentId>;
  read(id: AssessmentId): Promise<StoredAssessment | undefined>;
  /** Newest first; `asOf` limits by the assessment's own `asOf`. */
  list(query: {
    readonly patientId: PatientId;
    readonly task?: RiskTaskId;
    readonly asOf?: Instant;
    readonly from?: Instant;
    readonly limit: number;
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
  /** An input proved wrong: what used it is withdrawn. */
  withdrawSince(patientId: PatientId, since: Instant): Promise<number>;
}

export interface WorklistEntry {
  readonly patient: PatientRecord;
  readonly encounter: EncounterRecord;
  /** Newest assessment per decline horizon. */
  readonly latest: readonly StoredAssessment[];
  /** 24 h of the 24-hour task, oldest first. */
  readonly history: readonly { readonly asOf: Instant; readonly probability: number | null }[];
  /** Newest sample per modality. */
  readonly newest: readonly { readonly modality: ModalityKind; readonly effectiveAt: Instant }[];
  /** Newest reading per code, for NEWS2 as of now. */
  readonly readings: readonly ObservationRecord[];
}

export interface WorklistStore {
  load(query: { readonly wardId?: WardId; readonly task: RiskTaskId }): Promise<readonly WorklistEntry[]>;
  wards(): Promise<readonly { readonly id: WardId; readonly name: string; readonly setting: 'ward' | 'icu' }[]>;
}

export type ReconcileReason =
  | 'unknown-identifier'
  | 'foreign-authority'
  | 'conflicting-birth-date'
  | 'wrong-patient'
  | 'impossible-time'
  | 'ambiguous-time'
  | 'unknown-unit'
  | 'unknown-ward';

export interface ReconcileItem {
  readonly id: string;
  readonly sourceId: SourceId;
  readonly receivedAt: Instant;
  readonly reason: ReconcileReason;
  readonly door: 'stow' | 'fhir' | 'csv';
  readonly blob: Sha256;
  readonly state: 'open' | 'linked' | 'rejected';
}

export interface ReconcileStore {
  add(item: {
    readonly sourceId: SourceId;
    readonly reason: ReconcileReason;
    readonly door: ReconcileItem['door'];
    readonly blob: Sha256;
    readonly identifiers: readonly Identifier[];
  }): Promise<ReconcileItem>;
  list(page: Page): Promise<Paged<ReconcileItem>>;
}

export interface AuditRow {
  readonly eventId: string;
  readonly unitId: string;
  readonly unitPart: 'open' | 'patient' | 'renew' | 'close' | 'lost';
  readonly recordedAt: Instant;
  readonly category: string;
  readonly subtype: string;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** 0 success, 4 refused, 8 serious, 12 major. */
  readonly outcome: 0 | 4 | 8 | 12;
  readonly outcomeText?: string;
  readonly actor: { readonly issuer: string; readonly subject: string; readonly login: string; readonly name: string; readonly roles: readonly string[] };
  readonly clientId: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly patientId?: PatientId;
  readonly resource: string;
  readonly objects: readonly string[];
  readonly query?: string;
  readonly requestId: string;
  readonly ip?: string;
  readonly detail?: unknown;
}

export interface AuditQuery {
  readonly patientId?: PatientId;
  /** Login or subject. */
  readonly user?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly purpose?: string;
  readonly outcome?: number;
}

export interface AuditStore {
  search(query: AuditQuery, page: Page): Promise<Paged<AuditRow>>;
  /** Adds detail to the open unit of this transaction: objects read, model and input hashes. */
  note(detail: { readonly objects?: readonly string[]; readonly query?: string; readonly detail?: unknown }): void;
}

/** Blobs sealed under the patient's key; the wrapped key lives in a row under row-level security. */
export interface SealedBlobStore {
  put(bytes: Uint8Array, patientId: PatientId | undefined): Promise<Sha256>;
  get(hash: Sha256): Promise<Uint8Array | undefined>;
}

export interface JobStore {
  /** Once per accepted batch and patient; equal waiting jobs coalesce. */
  assess(patientId: PatientId, runAt?: Instant): Promise<void>;
}
