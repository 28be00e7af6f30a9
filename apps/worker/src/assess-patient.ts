import { asOf, withTier, type Assess, type Assessment, type Concordance, type PatientId, type PatientTimeline, type RiskTask } from '@concord/core/clinical';
import { hours, laterOf, plus, type Instant } from '@concord/core/kernel';
import { scoringJob, WORKER, type AccessScope, type WithAccess } from '@concord/core/ports';
import type { Agree } from '@concord/pipeline/agree';
import { namesRegion } from './verify-patient.ts';

export interface AssessPatientParts {
  readonly withAccess: WithAccess;
  readonly assess: Assess;
  /** Undefined while no bundle can be used. */
  readonly agree?: Agree | undefined;
  readonly tasks: readonly RiskTask[];
}

/** `stored` with how many new assessments; `gone` when the patient is not there for this job. */
export type AssessPatientOutcome =
  { readonly kind: 'stored'; readonly count: number; readonly outcome: 'scored' | 'abstained'; readonly next: Instant | undefined } | { readonly kind: 'gone' };

/** An admitted patient is scored at least this often. */
const RESCORE_AT_LEAST_EVERY = hours(1);

/**
 * One job: reads what is known of the patient, leaves the transaction, runs the pipeline, stores the answers with the
 * revision they were read at, and plans the next run. A result that a newer revision has overtaken is not stored.
 */
export async function assessPatient(patientId: PatientId, requestId: string, parts: AssessPatientParts): Promise<AssessPatientOutcome> {
  const request = scoringJob(WORKER, patientId, { requestId, entry: 'job assess' });
  const loaded = await parts.withAccess(request, async (scope) => {
    const at = await present(scope, patientId);
    return { timeline: await scope.timelines.load(patientId, at), at };
  });
  if (!loaded.ok || loaded.value.timeline === undefined) return { kind: 'gone' };
  const { timeline, at } = loaded.value;
  const assessments = await parts.assess({ timeline, asOf: at, tasks: parts.tasks });
  const concordance = await parts.agree?.({ timeline, asOf: at });
  const next = isAdmitted(timeline, at) ? nextRun(assessments, at) : undefined;
  const saved = await parts.withAccess(request, async (scope) => {
    const ids = [];
    for (const assessment of assessments) ids.push(await scope.assessments.save(await tiered(scope, assessment, parts.tasks)));
    const stored = ids.filter((id) => id !== undefined);
    if (concordance !== undefined && (concordance.findings.length > 0 || (concordance.signs ?? []).length > 0)) await keep(scope, concordance);
    scope.audit.note({ objects: stored.map((id) => `RiskAssessment/${id}`), detail: provenance(assessments) });
    if (stored.length > 0 && assessments.some(namesRegion)) await scope.jobs.verify(patientId);
    if (next !== undefined) await scope.jobs.assess(patientId, next);
    return stored.length;
  });
  if (!saved.ok) return { kind: 'gone' };
  return { kind: 'stored', count: saved.value, outcome: assessments.some(({ outcome }) => outcome.kind === 'scored') ? 'scored' : 'abstained', next };
}

/** Now, but never before the newest row: after a clock was set back, what the job was made for would not be there yet. */
async function present({ now, timelines }: AccessScope, patientId: PatientId): Promise<Instant> {
  const newest = await timelines.newest(patientId);
  return newest === undefined ? now : laterOf(now, newest);
}

/** With the tier that is held from the score before. */
async function tiered(scope: AccessScope, assessment: Assessment, tasks: readonly RiskTask[]): Promise<Assessment> {
  const task = tasks.find(({ id }) => id === assessment.task);
  if (task === undefined || assessment.outcome.kind === 'abstained') return assessment;
  const { patientId, asOf: at } = assessment;
  const [before] = await scope.assessments.list({ patientId, task: task.id, asOf: at, scored: true, limit: 1, shownAs: 'trend' });
  return withTier(assessment, task.thresholds, before?.assessment);
}

/** What the sources say of each other, when it is something new. */
async function keep(scope: AccessScope, concordance: Concordance): Promise<void> {
  const id = await scope.concordances.save(concordance);
  if (id !== undefined) scope.audit.note({ objects: [`Discordance/${id}`] });
}

/** When an input turns stale, and hourly: whichever comes first, but never in the past. */
function nextRun(assessments: readonly Assessment[], at: Instant): Instant {
  const latest = plus(at, RESCORE_AT_LEAST_EVERY);
  const turns = assessments.map(({ staleAt }) => staleAt).filter((moment) => moment !== undefined && moment > at);
  return turns.reduce<Instant>((first, moment) => (moment !== undefined && moment < first ? moment : first), latest);
}

function isAdmitted(timeline: PatientTimeline, at: Instant): boolean {
  return asOf(timeline, at).stays.some(({ value: { status, start, end } }) => status === 'in-progress' && start <= at && (end === undefined || end > at));
}

/** What the audit keeps of a machine's work: which model looked at which inputs. No value of the patient. */
function provenance(assessments: readonly Assessment[]): unknown {
  const [first] = assessments;
  return first === undefined
    ? {}
    : { bundle: first.bundle, revision: first.pins.revision, inputsSha256: first.pins.inputsSha256, blockSha256: first.pins.blockSha256 };
}
