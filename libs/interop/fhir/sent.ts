import type { Code, Instant } from '@concord/core/kernel';
import type { Demographics, Identifier, ReportStatus, Stay, WardId } from '@concord/core/clinical';

/** Whom or what a resource points to, before the store has looked. */
export type Target =
  | { readonly kind: 'id'; readonly type: string; readonly id: string }
  /** Another entry of the same bundle, by its fullUrl. */
  | { readonly kind: 'entry'; readonly fullUrl: string }
  | { readonly kind: 'identifier'; readonly type: string; readonly identifier: Identifier };

export interface SentPatient {
  readonly type: 'Patient';
  readonly identifiers: readonly Identifier[];
  readonly family: string;
  readonly given: readonly string[];
  readonly demographics: Demographics;
  /** HL7 Confidentiality of the whole record; undefined when the sender does not say. */
  readonly label?: 'N' | 'R' | 'V';
}

export interface SentLocation {
  readonly wardId: WardId;
  readonly bed?: string;
  readonly start?: Instant;
  readonly end?: Instant;
  readonly status?: 'planned' | 'active' | 'reserved' | 'completed';
}

export interface SentEncounter {
  readonly type: 'Encounter';
  readonly subject: Target;
  readonly identifiers: readonly Identifier[];
  readonly status: Stay['status'];
  /** v3-ActCode. */
  readonly class: string;
  readonly start: Instant;
  readonly end?: Instant;
  readonly locations: readonly SentLocation[];
}

/** One answer of an Observation or of one of its components, units as sent. */
export type Answer =
  | { readonly kind: 'quantity'; readonly value: number; readonly unit: string }
  | { readonly kind: 'coded'; readonly value: string }
  /** Not measured, or withdrawn: the code stands without a value. */
  | { readonly kind: 'none' };

export interface SentItem {
  /** All codings of the concept; the modalities choose the one they know. */
  readonly codes: readonly Code[];
  readonly answer: Answer;
  /** Where it stood, for the error: `Observation.component[1]`. */
  readonly expression: string;
}

export interface SentObservation {
  readonly type: 'Observation';
  readonly subject: Target;
  readonly encounter?: Target;
  readonly identifier?: Identifier;
  readonly status: 'registered' | 'preliminary' | 'final' | 'amended' | 'corrected' | 'cancelled' | 'entered-in-error';
  /** Of a period, its end: before that nobody could have known it. */
  readonly effectiveAt: Instant;
  readonly device?: string;
  /** A blood pressure panel has one for each pressure. */
  readonly items: readonly SentItem[];
}

export interface SentReport {
  readonly type: 'DiagnosticReport';
  readonly subject: Target;
  readonly encounter?: Target;
  readonly identifier?: Identifier;
  readonly status: ReportStatus;
  readonly code: Code;
  readonly issued: Instant;
  readonly effectiveAt: Instant;
  /** Decoded `presentedForm[0]`. */
  readonly text: string;
  readonly title?: string;
  readonly language?: string;
  readonly contentType: string;
  /** False when its categories say that it is of another department: no image model may read it. */
  readonly isImaging: boolean;
}

export type SentResource = SentPatient | SentEncounter | SentObservation | SentReport;
