import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import { scoringJob, type AccessRequest, type Actor } from '@concord/core/ports';

const CLI: Actor = { issuer: 'concord', subject: 'cli', login: 'cli', displayName: 'Command line', roles: [], clientId: 'cli', tokenId: 'cli' };

/** A verb about one patient: the machine asks, on its own database role, and the record says that it came from the command line. */
export function aboutPatient(patientId: PatientId, entry: string): AccessRequest {
  return scoringJob(CLI, patientId, { requestId: randomUUID(), entry });
}

/** About what is left of a patient who was erased: nobody can be named any more. */
export function aboutErased(entry: string): AccessRequest {
  return {
    actor: CLI,
    purpose: 'HOPERAT',
    action: 'read',
    resource: 'Erasure',
    subject: { kind: 'none' },
    unit: 'job',
    requestId: randomUUID(),
    entry,
  };
}
