import { randomUUID } from 'node:crypto';
import { ROLES } from '@concord/core/ports';
import type { Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { POINTS } from './routes.ts';

const NOBODY = (): Person => ({
  id: randomUUID() as Person['id'],
  encounterId: randomUUID(),
  observationId: randomUUID(),
  reportId: randomUUID(),
  studyId: randomUUID(),
  studyUid: '1.2.3.4.5',
  seriesUid: '1.2.3.4.5.6',
  sopUid: '1.2.3.4.5.6.7',
  assessmentId: randomUUID(),
  canary: '',
});

/** The answer about somebody who does not exist, by role and route: denied must look like this to the last byte. */
export async function absences(edge: RunningEdge): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const role of ROLES)
    for (const { route, path } of POINTS) {
      const answer = await edge.get(path(NOBODY()), role);
      known.set(`${role} ${route}`, `${answer.status} ${await answer.text()}`);
    }
  return known;
}
