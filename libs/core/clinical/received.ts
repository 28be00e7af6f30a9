import type { Code, Instant } from '../kernel/index.ts';
import type { EncounterId, Identifier, PatientId, ReportId, Sha256, SourceId } from './identity.ts';

/** Common to everything a door parsed, once: bytes already kept as a blob, units still as sent. */
export interface Arrival {
  readonly sourceId: SourceId;
  readonly subject: PatientId;
  /** The original bytes, by content. */
  readonly blob: Sha256;
  /** When it was true of the patient. */
  readonly effectiveAt: Instant;
  /** The sender's own stamp, where it gives one. */
  readonly sentAt?: Instant;
  readonly receivedAt: Instant;
  readonly device?: string;
  readonly encounterId?: EncounterId;
  /** Natural key, when the sender gave an identifier under its system. */
  readonly identifier?: Identifier;
}

export interface ReceivedQuantity extends Arrival {
  readonly kind: 'quantity';
  readonly code: Code;
  readonly value: number;
  /** As sent; the modality converts or refuses. */
  readonly unit: string;
}

/** A coded answer (consciousness, a yes or no); `value` is the code or text as sent. */
export interface ReceivedCoded extends Arrival {
  readonly kind: 'coded';
  readonly code: Code;
  readonly value: string;
}

export type ReportStatus =
  'registered' | 'partial' | 'preliminary' | 'final' | 'amended' | 'corrected' | 'appended' | 'cancelled' | 'entered-in-error' | 'unknown';

export interface ReceivedReport extends Arrival {
  readonly kind: 'report';
  readonly reportId: ReportId;
  /** FHIR version id, from 1. */
  readonly version: number;
  readonly code: Code;
  readonly status: ReportStatus;
  /** Decoded text of `presentedForm[0]`; every span counts UTF-16 units of it. */
  readonly text: string;
}

/** What the header says that the model or the screen must know. All from the file, none guessed. */
export interface ImageHeader {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly modality: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly pixelRepresentation: 0 | 1;
  readonly viewPosition?: string;
  readonly bodyPart?: string;
  /** Where rows and columns run to, `L`, `F` on an ordinary frontal film; tells left from right. */
  readonly patientOrientation?: readonly string[];
  readonly imageType: readonly string[];
  readonly burnedInAnnotation?: string;
  readonly derivationNote?: string;
}

/** Display-ready grey values after the whole pixel pipeline: modality LUT, VOI, photometric. */
export interface PixelFrame {
  readonly columns: number;
  readonly rows: number;
  /** Row-major, one byte a pixel, 0 = black, length = columns × rows. */
  readonly grey: Uint8Array;
  readonly recipe: PixelRecipe;
}

/** The receipt of one frame: every choice between stored bytes and grey values. */
export interface PixelRecipe {
  readonly transferSyntaxUid: string;
  readonly decoder: string;
  readonly modalityLut: 'none' | 'rescale' | 'sequence';
  readonly voi: 'window' | 'sequence' | 'derived';
  readonly voiFunction?: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
  readonly windowCentre?: number;
  readonly windowWidth?: number;
  readonly inverted: boolean;
  readonly bitsStored: number;
  /** SHA-256 of the decoded stored values. */
  readonly storedValuesSha256: Sha256;
}

export interface ReceivedImage extends Arrival {
  readonly kind: 'image';
  readonly sopClassUid: string;
  readonly header: ImageHeader;
  /** Absent when the transfer syntax is kept but not decoded; `unusedReason` then says why. */
  readonly pixels?: PixelFrame;
  readonly unusedReason?: string;
}

export type Received = ReceivedQuantity | ReceivedCoded | ReceivedReport | ReceivedImage;

/** Why an arrival was refused. The caller turns each kind into its protocol's own form. */
export type IngestError =
  | { readonly kind: 'unsupported-code'; readonly code: string }
  | { readonly kind: 'unsupported-unit'; readonly code: string; readonly unit: string }
  | { readonly kind: 'impossible-value'; readonly code: string; readonly unit: string }
  | { readonly kind: 'impossible-time'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };
