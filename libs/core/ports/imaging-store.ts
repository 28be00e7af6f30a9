import type { Instant } from '../kernel/index.ts';
import type { ImageHeader, ModalityKind, PatientId, PixelFrame, Sha256, SourceId } from '../clinical/index.ts';
import type { Backdated, Page, Paged, Stored } from './storing.ts';

export interface ImageInstanceRecord {
  readonly id: string;
  readonly patientId: PatientId;
  readonly sopClassUid: string;
  /** Which modality reads it: the stream it stands in. Undefined for what is kept but no model uses. */
  readonly modality: ModalityKind | undefined;
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

/** An image as a source sends it, with what its study and series say. */
export type NewImageInstance = Omit<ImageInstanceRecord, 'id' | 'availableAt' | 'supersededAt' | 'retractedAt'> & {
  readonly studyDescription?: string;
  readonly accession?: string;
  readonly seriesDescription?: string;
  readonly instanceNumber?: number;
} & Backdated;

export interface ImagingStore {
  /** The same bytes again are `repeated`; other bytes under the same SOP Instance UID are a `conflict`. */
  put(record: NewImageInstance): Promise<Stored<string>>;
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
    /** Grey values are read only when asked for: they are megabytes. */
    readonly withPixels?: boolean;
  }): Promise<readonly ImageInstanceRecord[]>;
}
