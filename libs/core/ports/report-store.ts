import type { Code, Instant } from '../kernel/index.ts';
import type { EncounterId, Identifier, ModalityKind, PatientId, ReportId, ReportStatus, Sha256, SourceId } from '../clinical/index.ts';
import type { Backdated, Page, Paged, Stored } from './storing.ts';

export interface ReportRecord {
  readonly id: ReportId;
  readonly patientId: PatientId;
  readonly version: number;
  /** Which modality reads it: the stream it stands in. Undefined for what is kept but no model uses. */
  readonly modality: ModalityKind | undefined;
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

/** A report as a source sends it. */
export type NewReport = Omit<ReportRecord, 'id' | 'version' | 'availableAt' | 'supersededAt' | 'retractedAt'> & Backdated;

export interface ReportStore {
  put(record: NewReport): Promise<Stored<ReportId>>;
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
