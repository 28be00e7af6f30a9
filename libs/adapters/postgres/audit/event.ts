import { createHash } from 'node:crypto';
import type { Instant } from '@concord/core/kernel';
import type { PatientId } from '@concord/core/clinical';
import type { AccessDecision, AccessRequest, AuditKind, AuditRow, DisclosureRecipient, ScoresShown } from '@concord/core/ports';
import { DENIALS, RULES } from '@concord/governance/access';
import { KINDS } from '@concord/governance/audit';
import { stable } from '../stable-json.ts';
import { timeOrderedId, type PatientKey } from '../rows.ts';
import { disguised } from './pseudonyms.ts';

/** One event as it is stored: the pseudonym stands where the outside sees a patient. */
export type StoredEvent = Omit<AuditRow, 'patientId' | 'text'> & {
  readonly patientKey?: PatientKey;
  /** Free text, base64 of what was sealed under the patient's key. */
  readonly sealed?: string;
};

/** What the stores and the caller add to the open unit. */
export interface Notes {
  readonly objects: readonly string[];
  readonly query?: string;
  readonly detail?: unknown;
  readonly kind?: AuditKind;
  readonly recipient?: DisclosureRecipient;
}

export interface Happening {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
  readonly now: Instant;
  readonly outcome: AuditRow['outcome'];
  readonly outcomeText?: string;
  readonly sessionHash?: string;
  /** Patients met in this transaction: in the words of the event their pseudonym stands for them. */
  readonly pseudonyms: ReadonlyMap<PatientId, PatientKey>;
}

export interface UnitPlace {
  readonly unitId: string;
  readonly part: AuditRow['unitPart'];
  readonly patientKey: PatientKey | undefined;
  readonly scores?: ScoresShown;
}

/** FHIR's names of what is done; ours where it has none. */
const SUBTYPES = { read: 'read', vread: 'vread', search: 'search-type', create: 'create', update: 'update', export: 'export', execute: 'execute' } as const;
const ACTIONS = { read: 'R', vread: 'R', search: 'E', create: 'C', update: 'U', export: 'R', execute: 'E' } as const;

/** Which rules and denials decided: sixteen hexadecimal digits of the hash of the table. */
export const POLICY_VERSION = createHash('sha256')
  .update(stable([RULES, DENIALS]))
  .digest('hex')
  .slice(0, 16);

/** One event of the vocabulary: who did what, about whom, why it was allowed, and how it ended. */
export function eventOf(happening: Happening, place: UnitPlace, notes: Notes): StoredEvent {
  const { request, decision, now, outcome, outcomeText, pseudonyms } = happening;
  const { unitId, part, patientKey } = place;
  const query = notes.query ?? (request.subject.kind === 'search' ? request.subject.query : undefined);
  const event: StoredEvent = {
    eventId: timeOrderedId(now),
    unitId,
    unitPart: part,
    unitKind: request.unit,
    recordedAt: now,
    ...codesOf(request, notes.kind),
    outcome,
    ...(outcomeText === undefined ? {} : { outcomeText }),
    ...whoOf(happening),
    purpose: request.purpose,
    legalBasis: decision.basis ?? decision.ruleId,
    relationship: decision.relationship,
    policyVersion: POLICY_VERSION,
    ...(patientKey === undefined ? {} : { patientKey }),
    resource: request.resource,
    objects: notes.objects,
    ...(query === undefined ? {} : { query }),
    requestId: request.requestId,
    entry: request.entry,
    ...(place.scores === undefined ? {} : { scores: place.scores }),
    ...(notes.recipient === undefined ? {} : { recipient: notes.recipient }),
    ...(notes.detail === undefined ? {} : { detail: notes.detail }),
  };
  return disguised(event, pseudonyms);
}

type Codes = Pick<StoredEvent, 'category' | 'subtype' | 'action' | 'kind'>;

function codesOf({ action }: AccessRequest, kind: AuditKind | undefined): Codes {
  return kind === undefined ? { category: 'rest', subtype: SUBTYPES[action], action: ACTIONS[action] } : { kind, ...KINDS[kind] };
}

type Who = Pick<StoredEvent, 'actor' | 'clientId' | 'tokenId' | 'sessionHash' | 'ip' | 'userAgent'>;

function whoOf({ request: { actor, network }, sessionHash }: Pick<Happening, 'request' | 'sessionHash'>): Who {
  return {
    actor: { issuer: actor.issuer, subject: actor.subject, login: actor.login, name: actor.displayName, roles: actor.roles },
    clientId: actor.clientId,
    tokenId: actor.tokenId,
    ...(sessionHash === undefined ? {} : { sessionHash }),
    ...(network === undefined ? {} : { ip: network.ip }),
    ...(network?.userAgent === undefined ? {} : { userAgent: network.userAgent }),
  };
}
