import type { Instant } from '../kernel/index.ts';
import type { ModalityKind } from './identity.ts';

/** Kinds of data that a consent speaks of: the modalities, and everything else that was observed. */
export const CONSENT_CLASSES = ['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'] as const;
export type ConsentClass = (typeof CONSENT_CLASSES)[number];

/** Under which class a modality falls: its own where a consent can name it, else `other`, so that a new sensor is never outside a refusal. */
export function consentClassOf(kind: ModalityKind): ConsentClass {
  return CONSENT_CLASSES.find((named) => named === String(kind)) ?? 'other';
}

/**
 * Uses that a consent speaks of: care, emergency care (`ETREAT`), looking past the usual relations (`BTG`), research (HL7 v3
 * ActReason), and `SCORE`, our own: being read by a risk model. Whoever may not be cared for with something is not scored with it.
 */
export const CONSENT_USES = ['TREAT', 'ETREAT', 'BTG', 'HRESCH', 'SCORE'] as const;
export type ConsentUse = (typeof CONSENT_USES)[number];

/** A set of codes as a consent names it: `all` where it names none; `unknown` when one of them is not ours. */
export type Named<T extends string> = { readonly kind: 'all' } | { readonly kind: 'some'; readonly codes: readonly T[]; readonly hasUnknown: boolean };

/** One provision: what it allows or refuses, of which data, for which use, from when until when; with its exceptions. */
export interface Provision {
  readonly effect: 'permit' | 'deny';
  readonly classes: Named<ConsentClass>;
  readonly uses: Named<ConsentUse>;
  readonly from?: Instant;
  readonly until?: Instant;
  /** It says more than is understood here (an actor, a label, a date of the data): then it allows nothing and refuses in full. */
  readonly hasMore: boolean;
  readonly exceptions: readonly Provision[];
}

/** What a patient said at one moment about who may use what. Source: FHIR R4 Consent, scope `patient-privacy`. */
export interface ConsentStatement {
  readonly status: 'draft' | 'proposed' | 'active' | 'rejected' | 'inactive' | 'entered-in-error';
  readonly dateTime: Instant;
  readonly base: Provision;
}
