import type { PatientId, Sha256, SourceId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { AccessScope, Stored } from '@concord/core/ports';
import { issue, type Issue, type SentResource, type Span } from '@concord/interop/fhir';
import type { References } from './references.ts';

/** One resource that a request asks to keep. */
interface WriteEntry {
  readonly resource: SentResource;
  readonly fullUrl?: string;
  readonly span?: Span;
  /** Prefix of every place in an error: `Bundle.entry[3].resource`. */
  readonly place?: string;
}

export interface Write {
  readonly entries: readonly WriteEntry[];
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly sourceId: SourceId;
  readonly sentAt?: Instant;
}

export type Outcome =
  | { readonly kind: 'stored'; readonly type: SentResource['type']; readonly id: string; readonly version: number }
  | { readonly kind: 'refused'; readonly status: 409 | 422; readonly issues: readonly Issue[] };

/** What the steps of one write share. */
export interface Writing {
  readonly scope: AccessScope;
  readonly write: Write;
  readonly references: References;
  /** The original bytes about a patient, kept once. */
  readonly originals: { of(patientId: PatientId): Promise<Sha256> };
  /** Patients about whom something changed that a score may rest on. */
  readonly changed: Set<PatientId>;
}

/** An entry whose patient is known. */
export interface Placed<R extends SentResource> {
  readonly index: number;
  readonly resource: R;
  readonly patientId: PatientId;
  readonly fullUrl?: string;
}

export function refused(code: Issue['code'], reason: string, expression: string): Outcome {
  return { kind: 'refused', status: 422, issues: [issue(code, reason, expression)] };
}

export function conflict(reason: string, expression: string): Outcome {
  return { kind: 'refused', status: 409, issues: [issue('conflict', reason, expression)] };
}

/** What the store said of an arrival: the same again answers as the first time. */
export function told({ changed }: Writing, { resource, patientId }: Placed<SentResource>, stored: Stored<string>): Outcome {
  if (stored.kind === 'conflict') return conflict('another value stands under the same key; a correction has the status corrected or amended', resource.type);
  if (stored.kind !== 'repeated') changed.add(patientId);
  return { kind: 'stored', type: resource.type, id: stored.id, version: stored.version };
}
