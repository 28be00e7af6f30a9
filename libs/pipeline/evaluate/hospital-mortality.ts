import { ageYears, type ModalityKind, type PatientTimeline } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Hash } from '@concord/core/ports';
import { splitOf, type CalibrationEntry } from '@concord/governance/models';
import { calibrate } from '@concord/stages/calibration';
import { hospitalMortality, LANDMARK_HOURS } from '@concord/tasks/hospital-mortality';
import { prepareRow, prepareUnserved, restricted, scoreRows, type PreparedRow, type RowAnswer, type RowParts } from '../assess/index.ts';
import { atHour, diedInHospital, mortalityRecords, mortalityTimeline } from './physionet-2012.ts';
import { RiskCollector } from './risk-collector.ts';
import type { Who } from './detail.ts';
import { StressSample, suiteDetail } from './suite-detail.ts';
import type { Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

const EVENTS = /^events_set_(\w+)\.csv\.gz$/;
const CHUNK = 2048;
const SIGNS = ['vitals' as ModalityKind];
const SERVED_HOUR = 48;
const YOUNGEST_YEARS = 18;

export interface MortalityParts extends RowParts {
  readonly hash: Hash;
}

/** The shipped pipeline at hour 48 of intensive care; earlier landmarks, each calibrated for itself, are reported and not served. */
export function mortalitySuite(parts: MortalityParts): Suite {
  return {
    name: 'hospital-mortality',
    title: 'Death in hospital, asked at hour 48 of intensive care.',
    reads: ['events_set_*.csv.gz', 'outcomes_set_*.csv'],
    run: (question) => judge(question, parts),
  };
}

/** Set aside when the model was fitted: every second stay of the validation part. */
export function isSetAside(recordId: string, hash: Hash): boolean {
  return splitOf(recordId, hash) === 'validation' && Number(recordId) % 2 === 0;
}

interface Asked {
  readonly patient: number;
  readonly who: Who;
  readonly died: boolean;
  /** One per landmark. */
  readonly prepared: readonly PreparedRow[];
}

async function judge(question: SuiteQuestion, parts: MortalityParts): Promise<Result<SuiteReport, SuiteError>> {
  const names = (await question.files.names()).filter((name) => EVENTS.test(name));
  if (names.length === 0) return err({ kind: 'missing-file', name: 'events_set_*.csv.gz' });
  const run: Run = { landmarks: LANDMARK_HOURS.map(() => new RiskCollector()), sample: new StressSample(), patients: 0, chunk: [], question, parts };
  for (const name of names) {
    const outcomes = `outcomes_set_${EVENTS.exec(name)?.[1] ?? ''}.csv`;
    const [events, died] = [await question.files.text(name), await question.files.text(outcomes)];
    if (events === undefined || died === undefined) return err({ kind: 'missing-file', name: outcomes });
    await judgeSet(events, diedInHospital(died), run);
  }
  await score(run);
  const judged = report(run);
  const served = run.landmarks.at(-1);
  if (question.detail === undefined || served === undefined) return ok(judged);
  return ok({ ...judged, detail: await suiteDetail({ tasks: [hospitalMortality], collectors: [served], sample: run.sample, question, parts }) });
}

interface Run {
  readonly landmarks: readonly RiskCollector[];
  readonly question: SuiteQuestion;
  readonly parts: MortalityParts;
  readonly sample: StressSample;
  patients: number;
  chunk: Asked[];
}

async function judgeSet(events: string, byRecord: ReadonlyMap<string, boolean>, run: Run): Promise<void> {
  for (const record of mortalityRecords(events)) {
    const died = byRecord.get(record.recordId);
    if (died === undefined || (run.question.split === 'validation' && !isSetAside(record.recordId, run.parts.hash))) continue;
    const timeline = mortalityTimeline(record, run.parts.plugins);
    run.sample.note({ timeline, at: atHour(SERVED_HOUR), labels: [died] });
    const who = { sex: record.sex, ageYears: record.ageYears };
    run.chunk.push({ patient: run.patients, who, died, prepared: preparedAt(timeline, run.parts) });
    run.patients += 1;
    if (run.chunk.length < CHUNK) continue;
    await score(run);
    run.question.progress({ step: 'stays', done: run.patients, total: run.patients + CHUNK });
  }
}

function preparedAt(timeline: PatientTimeline, parts: MortalityParts): readonly PreparedRow[] {
  return LANDMARK_HOURS.map((hour): PreparedRow => {
    const question = { timeline, at: atHour(hour), task: hospitalMortality };
    if (hour === SERVED_HOUR) return prepareRow(question, parts);
    const age = ageYears(timeline.demographics[0]?.value, question.at);
    return age !== undefined && age < YOUNGEST_YEARS ? { kind: 'abstained', reason: 'outside-population' } : prepareUnserved(question, parts);
  });
}

async function score(run: Run): Promise<void> {
  const { chunk, landmarks, parts } = run;
  run.chunk = [];
  for (const [place, hour] of LANDMARK_HOURS.entries()) {
    const rows = chunk.map(({ prepared }) => prepared[place] ?? { kind: 'abstained' as const, reason: 'too-little-data' });
    const answers = await scoreRows(rows, [hospitalMortality], parts);
    const signs = await scoreRows(
      rows.map((row) => restricted(row, SIGNS, parts)),
      [hospitalMortality],
      parts,
    );
    chunk.forEach(({ patient, who, died }, at) => {
      const [answer, signsOnly] = [answers[at]?.[0], signs[at]?.[0]];
      if (answer === undefined || signsOnly === undefined) return;
      landmarks[place]?.add({ patient, who, label: died, answer: atLandmark(answer, hour, parts), signsOnly });
    });
  }
}

/** The same logit through the calibration of its landmark; hour 48 is what is served. */
function atLandmark(answer: RowAnswer, hour: number, { bundle }: MortalityParts): RowAnswer {
  if (answer.kind === 'abstained' || hour === SERVED_HOUR) return answer;
  const own = (bundle.landmarks ?? []).find(
    (entry: CalibrationEntry) => entry.head === `${hospitalMortality.head}-at-${hour}h` && entry.pattern.join() === answer.calibration.pattern.join(),
  );
  return own === undefined
    ? { kind: 'abstained', reason: 'uncalibrated-pattern' }
    : { ...answer, probability: calibrate(answer.logit, own).probability, calibration: own };
}

function report({ landmarks, patients, question, parts }: Run): SuiteReport {
  const judged = landmarks.map((landmark, place) => ({ name: `${LANDMARK_HOURS[place] ?? 0}h`, ...landmark.judge(patients, question) }));
  const served = judged.find(({ name }) => name === `${SERVED_HOUR}h`);
  const intervals = judged.flatMap(({ name, ci }) => Object.entries(ci).map(([path, interval]) => [`landmarks.${name}.${path}`, interval] as const));
  return {
    suite: 'hospital-mortality',
    bundle: parts.bundle.id,
    n: patients,
    nPatients: patients,
    resampled: 'patient',
    figures: { ...served?.figures, landmarks: Object.fromEntries(judged.map(({ name, figures }) => [name, figures])), patterns: served?.patterns ?? [] },
    ci: { ...served?.ci, ...Object.fromEntries(intervals) },
  };
}
