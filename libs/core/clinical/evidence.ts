import type { Instant } from '../kernel/index.ts';
import type { ModalityKind, ReportId } from './identity.ts';

/** A place in a report: UTF-16 units of the decoded `presentedForm[0]`, end exclusive. */
export interface ReportSpan {
  readonly reportId: ReportId;
  readonly version: number;
  readonly start: number;
  readonly end: number;
}

/** A place in an image: source pixels, frames from 1. */
export interface ImageRegion {
  readonly sopInstanceUid: string;
  readonly frame: number;
  readonly box: readonly [x: number, y: number, width: number, height: number];
}

/** A stretch of signal. It holds at least one sample of `code`. */
export interface SignalWindow {
  /** LOINC. */
  readonly code: string;
  readonly device: string | null;
  readonly from: Instant;
  readonly to: Instant;
}

export type EvidencePointer =
  | { readonly kind: 'report-span'; readonly pointer: ReportSpan }
  | { readonly kind: 'image-region'; readonly pointer: ImageRegion }
  | { readonly kind: 'signal-window'; readonly pointer: SignalWindow }
  | { readonly kind: 'joint'; readonly pointer: null };

/** One reason before it has an id: what a modality says of its own tokens. */
export type EvidenceDraft = EvidencePointer & {
  /** Logit units; positive raises the score. */
  readonly contribution: number;
  /** Plain words; a quoted part is exactly what the pointer holds. */
  readonly text: string;
};

export type Evidence = EvidenceDraft & { readonly id: string; readonly modality: ModalityKind };
