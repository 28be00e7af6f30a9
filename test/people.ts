import { randomUUID } from 'node:crypto';
import type { PatientId, SourceId } from '@concord/core/clinical';
import type { AccessRequest, Actor, Role } from '@concord/core/ports';
import { defaultPurpose } from '@concord/governance/access';

export { WORKER } from '@concord/core/ports';

/** The demo's people, as their token names them. */
export function person(role: Role, n = ROLE_NUMBERS[role]): Actor {
  const subject = `00000000-0000-4000-8000-00000000000${n}`;
  const base = { issuer: 'concord', subject, login: role, displayName: role, roles: [role], clientId: 'concord-web', tokenId: `token-${role}` };
  return role === 'integrator' ? { ...base, sourceId: 'integrator' as SourceId } : base;
}

const ROLE_NUMBERS: Readonly<Record<Role, number>> = {
  physician: 1,
  nurse: 2,
  radiologist: 3,
  integrator: 4,
  privacy: 5,
  steward: 6,
  patient: 7,
  administrator: 8,
};

/** The demo's seed: a source of its own, and the only client that may lay down a past. */
export const SEED: Actor = { ...person('integrator'), subject: 'demo-seed', login: 'demo-seed', clientId: 'demo-seed', sourceId: 'demo' as SourceId };

type Ask = Pick<AccessRequest, 'action' | 'resource'> & Partial<AccessRequest>;

/** A request of this person; about one patient when `patientId` is given, else a search. */
export function asks(actor: Actor, ask: Ask & { readonly patientId?: PatientId }): AccessRequest {
  const { patientId, ...rest } = ask;
  const purpose = actor.roles.length === 0 ? 'TREAT' : defaultPurpose(actor.roles);
  return {
    actor,
    purpose,
    subject: patientId === undefined ? { kind: 'search', query: 'test' } : { kind: 'patient', patientId },
    unit: 'request',
    requestId: randomUUID(),
    entry: 'test',
    ...rest,
  };
}
