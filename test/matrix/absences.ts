import { randomUUID } from 'node:crypto';
import { ROLES } from '@concord/core/ports';
import type { RunningEdge } from '../edge.ts';
import { POINTS } from './routes.ts';
import type { Whole } from './whole.ts';

/** Somebody who is not there, under ids of the right shape. */
export const nobody = (): Whole => ({
  id: randomUUID() as Whole['id'],
  encounterId: randomUUID(),
  observationId: randomUUID(),
  reportId: randomUUID(),
  studyId: randomUUID(),
  studyUid: '1.2.3.4.5',
  seriesUid: '1.2.3.4.5.6',
  sopUid: '1.2.3.4.5.6.7',
  assessmentId: randomUUID(),
  consentId: randomUUID(),
  concordanceId: randomUUID(),
  erasureId: randomUUID(),
  holdId: randomUUID(),
  grantId: randomUUID(),
  canary: 'Zzffffffff',
});

/** The answer about somebody who does not exist, by role and route: denied must look like this to the last byte. */
export async function absences(edge: RunningEdge): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const role of ROLES)
    for (const { route, path } of POINTS) {
      const answer = await edge.get(path(nobody()), role);
      known.set(`${role} ${route}`, `${answer.status} ${await answer.text()}`);
    }
  return known;
}
