import { randomUUID } from 'node:crypto';
import type { PatientId, SourceId } from '@concord/core/clinical';
import { scoringJob, type AccessRequest, type Actor } from '@concord/core/ports';

/** The source that demo patients come from; its authority is the one of the demo's record numbers. */
export const DEMO_SOURCE = 'demo' as SourceId;

/** The seed of the demo: the only client whose word is taken for when something became available, and only in a demo. */
const SEED: Actor = {
  issuer: 'concord',
  subject: 'demo-seed',
  login: 'demo-seed',
  displayName: 'Demo seed',
  roles: ['integrator'],
  clientId: 'demo-seed',
  tokenId: 'demo-seed',
  sourceId: DEMO_SOURCE,
};

/** A request that writes what the demo's source sends. */
export function writing(entry: string): AccessRequest {
  return {
    actor: SEED,
    purpose: 'TREAT',
    action: 'create',
    resource: 'Observation',
    subject: { kind: 'none' },
    unit: 'request',
    requestId: randomUUID(),
    entry,
  };
}

/** A request of the machine about one patient: reads the timeline, stores assessments. Needs the worker's database role. */
export function assessing(patientId: PatientId, entry: string): AccessRequest {
  return scoringJob({ ...SEED, roles: [] }, patientId, { requestId: randomUUID(), entry });
}
