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
