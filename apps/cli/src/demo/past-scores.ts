import { withTier, type Assess, type Assessment, type PatientId, type RiskTask } from '@concord/core/clinical';
import { hours, invariant, minus, plus, type Instant } from '@concord/core/kernel';
import type { WithAccess } from '@concord/core/ports';
import type { DemoPatient } from '@concord/generator';
import { assessing } from './requests.ts';

/** A trend of a day, one score an hour, as an admitted patient would have been scored. */
const TREND = hours(24);
const EVERY = hours(1);

export interface PastScoresParts {
  /** With the worker's database role. */
  readonly withAccess: WithAccess;
  readonly assess: Assess;
  readonly tasks: readonly RiskTask[];
}

/** Scores the past hours as of each hour, so that the first look at the demo has a trend; then leaves the patient to the worker. */
export async function scorePast(patient: DemoPatient, patientId: PatientId, now: Instant, parts: PastScoresParts): Promise<number> {
  const request = assessing(patientId, 'concord seed');
  const known = await parts.withAccess(request, async (scope) => ({
    timeline: await scope.timelines.load(patientId, now),
    scored: (await scope.assessments.list({ patientId, limit: 1 })).length > 0,
  }));
  if (!known.ok) throw new Error(`the seed may not assess: ${known.error.kind}`);
  const { timeline, scored } = known.value;
  if (timeline === undefined || scored) return 0;
  const assessments: Assessment[] = [];
  for (const asOf of momentsOf(patient, now)) {
    const answers = await parts.assess({ timeline, asOf, tasks: parts.tasks });
    assessments.push(...answers.map((answer) => withTier(answer, thresholdsOf(answer, parts.tasks), lastScore(assessments, answer))));
  }
  const saved = await parts.withAccess(request, async (scope) => {
    for (const assessment of assessments) await scope.assessments.save(assessment, { storedAt: assessment.asOf });
    await scope.jobs.assess(patientId);
  });
  if (!saved.ok) throw new Error(`the seed may not store assessments: ${saved.error.kind}`);
  return assessments.length;
}

function thresholdsOf({ task }: Assessment, tasks: readonly RiskTask[]): RiskTask['thresholds'] {
  const asked = tasks.find(({ id }) => id === task);
  invariant(asked !== undefined, 'an answer is to a question that was asked');
  return asked.thresholds;
}

function lastScore(assessments: readonly Assessment[], { task }: Assessment): Assessment | undefined {
  return assessments.findLast((one) => one.task === task && one.outcome.kind === 'scored');
}

/** Full hours of the stay up to now, oldest first. */
function momentsOf({ admittedAt }: DemoPatient, now: Instant): readonly Instant[] {
  const first = Math.max(minus(now, TREND), plus(admittedAt, EVERY));
  const moments: Instant[] = [];
  for (let at = now; at >= first; at = minus(at, EVERY)) moments.unshift(at);
  return moments;
}
