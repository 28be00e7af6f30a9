import type { Assessment, PatientId, RiskTask } from '@concord/core/clinical';
import { scoringJob, WORKER, type StoredAssessment, type WithAccess } from '@concord/core/ports';
import type { VerifyRegions } from '@concord/pipeline/assess';

export interface VerifyPatientParts {
  readonly withAccess: WithAccess;
  /** Undefined while no bundle can be used. */
  readonly verify: VerifyRegions | undefined;
  readonly tasks: readonly RiskTask[];
}

/** How many scores got their check; `gone` when the patient is not there for this job. */
export type VerifyPatientOutcome = { readonly kind: 'verified'; readonly count: number } | { readonly kind: 'gone' };

/**
 * One job: takes the patient's newest scores that name a region of a picture, covers part after part outside any transaction,
 * and keeps what came out beside each score. Again, or twice at a time, it changes nothing: a score is checked once, and the
 * same score gives the same check.
 */
export async function verifyPatient(patientId: PatientId, requestId: string, { withAccess, verify, tasks }: VerifyPatientParts): Promise<VerifyPatientOutcome> {
  const request = scoringJob(WORKER, patientId, { requestId, entry: 'job verify' });
  if (verify === undefined) return { kind: 'verified', count: 0 };
  const loaded = await withAccess(request, async ({ assessments, timelines }) => {
    const newest: StoredAssessment[] = [];
    for (const task of tasks) newest.push(...(await assessments.list({ patientId, task: task.id, limit: 1 })).filter(isOpen));
    const [first] = newest;
    if (first === undefined) return undefined;
    const { asOf, pins } = first.assessment;
    const stored = newest.filter(({ assessment }) => assessment.asOf === asOf && assessment.pins.revision === pins.revision);
    return { stored, timeline: await timelines.load(patientId, asOf, pins.revision) };
  });
  if (!loaded.ok) return { kind: 'gone' };
  if (loaded.value?.timeline === undefined) return { kind: 'verified', count: 0 };
  const { stored, timeline } = loaded.value;
  const checks = await verify({ timeline, stored: stored.map(({ assessment }) => assessment) });
  const kept = await withAccess(request, async (scope) => {
    const ids: string[] = [];
    for (const [at, { id }] of stored.entries()) {
      const check = checks[at];
      if (check !== undefined && (await scope.assessments.keepCheck(id, check))) ids.push(id);
    }
    scope.audit.note({ objects: ids.map((id) => `RiskAssessment/${id}`) });
    return ids.length;
  });
  return kept.ok ? { kind: 'verified', count: kept.value } : { kind: 'gone' };
}

function isOpen({ assessment, status }: StoredAssessment): boolean {
  const { outcome } = assessment;
  return status !== 'entered-in-error' && outcome.kind === 'scored' && outcome.faithfulness === undefined && namesRegion(assessment);
}

/** True where a reason points into a picture. */
export function namesRegion({ outcome }: Assessment): boolean {
  return outcome.kind === 'scored' && outcome.evidence.some(({ kind }) => kind === 'image-region');
}
