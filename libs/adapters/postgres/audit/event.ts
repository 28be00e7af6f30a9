import type { AccessDecision, AccessRequest, AuditRow } from '@concord/core/ports';
import type { Instant } from '@concord/core/kernel';
import { timeOrderedId, type PatientKey } from '../rows.ts';

/** One event as it is stored: the pseudonym stands where the outside sees a patient. */
export type StoredEvent = Omit<AuditRow, 'patientId'> & { readonly patientKey?: PatientKey };

/** What the stores and the caller add to the open unit. */
export interface Notes {
  readonly objects: readonly string[];
  readonly query?: string;
  readonly detail?: unknown;
}

export interface Happening {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
  readonly now: Instant;
  readonly outcome: AuditRow['outcome'];
  readonly outcomeText?: string;
}

export interface UnitPlace {
  readonly unitId: string;
  readonly part: AuditRow['unitPart'];
  readonly patientKey: PatientKey | undefined;
}

/** FHIR's names of what is done; ours where it has none. */
const SUBTYPES = { read: 'read', vread: 'vread', search: 'search-type', create: 'create', update: 'update', export: 'export', execute: 'execute' } as const;
const ACTIONS = { read: 'R', vread: 'R', search: 'E', create: 'C', update: 'U', export: 'R', execute: 'E' } as const;

/** One event of the vocabulary: who did what, about whom, why it was allowed, and how it ended. */
export function eventOf({ request, decision, now, outcome, outcomeText }: Happening, { unitId, part, patientKey }: UnitPlace, notes: Notes): StoredEvent {
  const { actor, action, network } = request;
  const query = notes.query ?? (request.subject.kind === 'search' ? request.subject.query : undefined);
  return {
    eventId: timeOrderedId(now),
    unitId,
    unitPart: part,
    recordedAt: now,
    category: 'rest',
    subtype: SUBTYPES[action],
    action: ACTIONS[action],
    outcome,
    ...(outcomeText === undefined ? {} : { outcomeText }),
    actor: { issuer: actor.issuer, subject: actor.subject, login: actor.login, name: actor.displayName, roles: actor.roles },
    clientId: actor.clientId,
    purpose: request.purpose,
    legalBasis: decision.ruleId,
    ...(patientKey === undefined ? {} : { patientKey }),
    resource: request.resource,
    objects: notes.objects,
    ...(query === undefined ? {} : { query }),
    requestId: request.requestId,
    ...(network === undefined ? {} : { ip: network.ip }),
    detail: {
      entry: request.entry,
      relationship: decision.relationship,
      tokenId: actor.tokenId,
      ...(notes.detail === undefined ? {} : { notes: notes.detail }),
    },
  };
}
