import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import type { AccessRequest } from '@concord/core/ports';

/** A verb about one patient: the machine asks, on its own database role, and the record says that it came from the command line. */
export function aboutPatient(patientId: PatientId, entry: string): AccessRequest {
  return {
    actor: { issuer: 'concord', subject: 'cli', login: 'cli', displayName: 'Command line', roles: [], clientId: 'cli', tokenId: 'cli' },
    purpose: 'TREAT',
    action: 'execute',
    resource: 'RiskAssessment',
    subject: { kind: 'patient', patientId },
    unit: 'job',
    requestId: randomUUID(),
    entry,
  };
}

/** About what is left of a patient who was erased: nobody can be named any more. */
export function aboutErased(entry: string): AccessRequest {
  return {
    actor: { issuer: 'concord', subject: 'cli', login: 'cli', displayName: 'Command line', roles: [], clientId: 'cli', tokenId: 'cli' },
    purpose: 'HOPERAT',
    action: 'read',
    resource: 'Erasure',
    subject: { kind: 'none' },
    unit: 'job',
    requestId: randomUUID(),
    entry,
  };
}
