import { concordanceToWire, type PatientPage, type Question, type WireDevice } from '@concord/contracts';
import type { ModalityKind, PatientId, RiskTask, RiskTaskId } from '@concord/core/clinical';
import { days, hours, minus, toIso, type Instant } from '@concord/core/kernel';
import type { AccessScope, ObservationRecord, StoredAssessment } from '@concord/core/ports';
import { bannerOf, currentStay, wardNames } from './banner.ts';
import { rowOf, wireAssessment } from './patient-row.ts';
import { declineTasks, MAIN_TASK, otherTasks } from './questions.ts';
import { NEWEST_CODES, news2Now } from './vital-signs.ts';

/** The head of a patient's page, or undefined when there is no such patient for this reader. */
export async function patientPage(scope: AccessScope, patientId: PatientId): Promise<PatientPage | undefined> {
  const patient = await scope.patients.read(patientId);
  if (patient === undefined) return undefined;
  const encounters = await scope.encounters.search({ patientId }, { count: 50 });
  const wards = await wardNames(scope);
  const readings = await scope.observations.newest(patientId, NEWEST_CODES);
  const stay = currentStay(encounters.items);
  const row = rowOf({
    banner: bannerOf(patient, stay, wards, scope.now),
    news2: news2Now(patient, readings, scope.now),
    latest: await latestOf(scope, patientId),
    history: await historyOf(scope, patientId),
    newest: await newestOf(scope, patientId, readings),
    withhold: scope.decision.obligations,
  });
  const concordance = await scope.concordances.newest(patientId);
  return {
    generatedAt: toIso(scope.now),
    banner: row.banner,
    news2: row.news2,
    assessments: row.assessments,
    questions: await questionsOf(scope, patientId, stay?.stay.start),
    trend: row.trend,
    inputs: row.inputs,
    concordance: concordance === undefined ? null : concordanceToWire(concordance, scope.decision.obligations),
    devices: await devicesOf(scope, patientId),
  };
}

/** Of signs that this reader does not see, the devices are none of theirs either. */
async function devicesOf(scope: AccessScope, patientId: PatientId): Promise<WireDevice[]> {
  if (scope.decision.obligations.includes('vitals')) return [];
  return (await scope.deviceTurns.of(patientId)).map(({ device, newestAt, contestedAt, ended, held }) => ({
    device,
    newestAt: isoOrNull(newestAt),
    contestedAt: isoOrNull(contestedAt),
    ended: ended === undefined ? null : { at: toIso(ended.at), by: ended.by },
    held: held === undefined ? null : { count: held.count, oldest: toIso(held.oldest), newest: toIso(held.newest) },
  }));
}

function isoOrNull(moment: Instant | undefined): string | null {
  return moment === undefined ? null : toIso(moment);
}

async function latestOf(scope: AccessScope, patientId: PatientId): Promise<readonly StoredAssessment[]> {
  const found: StoredAssessment[] = [];
  for (const task of declineTasks) found.push(...(await scope.assessments.list({ patientId, task: task.id, limit: 1 })));
  return found;
}

/** Newest answer of each question beside decline; where that is none, the last score of the stay beside it. */
async function questionsOf(scope: AccessScope, patientId: PatientId, since: Instant | undefined): Promise<Question[]> {
  const found: Question[] = [];
  for (const task of otherTasks) found.push(await questionOf(scope, task, { patientId, ...(since === undefined ? {} : { from: since }) }));
  return found;
}

async function questionOf(
  scope: AccessScope,
  { id, title, outcome }: RiskTask,
  of: { readonly patientId: PatientId; readonly from?: Instant },
): Promise<Question> {
  const [newest] = await scope.assessments.list({ ...of, task: id, limit: 1 });
  const isSilent = newest?.assessment.outcome.kind === 'abstained';
  const [scored] = isSilent ? await scope.assessments.list({ ...of, task: id, scored: true, limit: 1 }) : [];
  const asWire = (stored: StoredAssessment | undefined) => (stored === undefined ? null : wireAssessment(stored, scope.decision.obligations));
  return { task: id, title, definition: outcome.definition, assessment: asWire(newest), lastScored: asWire(scored) };
}

/** Scores of the last day, oldest first. */
export async function historyOf(scope: AccessScope, patientId: PatientId, from: Instant = minus(scope.now, days(1))) {
  const stored = await scope.assessments.list({ patientId, task: MAIN_TASK as RiskTaskId, from, limit: 500, shownAs: 'trend' });
  return stored.map(scorePoint).reverse();
}

export function scorePoint({ id, assessment }: StoredAssessment) {
  const { asOf, outcome } = assessment;
  return {
    id,
    asOf,
    probability: outcome.kind === 'scored' ? outcome.score.probability : null,
    reason: outcome.kind === 'scored' ? null : outcome.abstention.reason,
  };
}

async function newestOf(scope: AccessScope, patientId: PatientId, readings: readonly ObservationRecord[]): Promise<ReadonlyMap<ModalityKind, Instant>> {
  const newest = new Map<ModalityKind, Instant>();
  const see = (modality: string, at: Instant): void => {
    const kind = modality as ModalityKind;
    if (at <= scope.now && at > (newest.get(kind) ?? -Infinity)) newest.set(kind, at);
  };
  for (const reading of readings) if (reading.modality !== undefined) see(reading.modality, reading.effectiveAt);
  const since = minus(scope.now, hours(24 * 30));
  for (const report of (await scope.reports.search({ patientId, from: since }, { count: 50 })).items) see('radiology-report', report.effectiveAt);
  for (const study of (await scope.imaging.studies({ patientId, from: since }, { count: 50 })).items) see('chest-imaging', study.started);
  return newest;
}
