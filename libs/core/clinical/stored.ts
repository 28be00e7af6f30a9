import type { ReportId } from './identity.ts';
import type { ImageHeader, ReportStatus } from './received.ts';

/** What a stream of numbers or coded answers holds: one reading in the canonical unit of its code. */
export interface Reading {
  /** LOINC, or our own code where LOINC has none. */
  readonly code: string;
  /** In the canonical unit of the code. */
  readonly number?: number;
  /** UCUM. */
  readonly unit?: string;
  /** A coded answer: `A`, `C`, `V`, `P`, `U`; `true`, `false`. */
  readonly text?: string;
  readonly device: string | null;
}

/** What a stream of reports holds. */
export interface ReportValue {
  readonly reportId: ReportId;
  readonly version: number;
  readonly status: ReportStatus;
  /** LOINC of the report. */
  readonly code: string;
  readonly text: string;
  /** Sections, sentences, assertions: the report modality's own schema parses it. */
  readonly derived: unknown;
}

/** What a stream of images holds. */
export interface ImageValue {
  readonly header: ImageHeader;
  /** What the image modality kept for its encoder (crop, quality, view checks): its own schema parses it. */
  readonly derived: unknown;
  /** Grey values prepared for the encoder, one byte a pixel; absent when the image cannot be used. */
  readonly prepared?: Uint8Array;
  readonly unusedReason?: string;
}
