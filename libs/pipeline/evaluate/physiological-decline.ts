import { err, ok, type Result } from '@concord/core/kernel';
import type { ModalityKind } from '@concord/core/clinical';
import type { Hash } from '@concord/core/ports';
import { splitOf } from '@concord/governance/models';
import { HORIZONS_HOURS, indexHours, physiologicalDecline } from '@concord/tasks/physiological-decline';
import { prepareRow, restricted, scoreRows, type PreparedRow, type RowParts } from '../assess/index.ts';
import { endOfRow, hourlyRecords, timelineOf, type HourlyRecord } from './physionet-2019.ts';
import { RiskCollector } from './risk-collector.ts';
import type { Who } from './detail.ts';
import { StressSample, suiteDetail } from './suite-detail.ts';
import type { Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

const FILE = 'vitals_hourly.csv.gz';
/** Rows that are prepared before the model runs them: bounds memory and keeps both busy. */
const CHUNK = 4096;
const SIGNS = ['vitals' as ModalityKind];

export interface DeclineParts extends RowParts {
  readonly hash: Hash;
}

/** The shipped pipeline on hourly intensive-care records: every hour at which the question may be asked. */
export function physiologicalDeclineSuite(parts: DeclineParts): Suite {
  return {
    name: 'physiological-decline',
    title: 'Decline within 6, 12 and 24 hours on hourly intensive-care records.',
    reads: [FILE],
    run: (question) => judge(question, parts),
  };
}

async function judge(question: SuiteQuestion, parts: DeclineParts): Promise<Result<SuiteReport, SuiteError>> {
  const csv = await question.files.text(FILE);
  if (csv === undefined) return err({ kind: 'missing-file', name: FILE });
  const horizons = HORIZONS_HOURS.map(() => new RiskCollector());
  const sample = new StressSample();
  let [patients, rows] = [0, 0];
  let chunk: Asked[] = [];
  for (const record of hourlyRecords(csv)) {
    if (question.split === 'validation' && splitOf(record.patientId, parts.hash) !== 'validation') continue;
    chunk.push(...asked(record, patients, { ...parts, sample }));
    patients += 1;
    if (chunk.length < CHUNK) continue;
    await score(chunk, horizons, parts);
    rows += chunk.length;
    chunk = [];
    question.progress({ step: 'rows', done: rows, total: rows + CHUNK });
  }
  await score(chunk, horizons, parts);
  const judged = report(horizons, { n: rows + chunk.length, patients, question, parts });
  if (question.detail === undefined) return ok(judged);
  return ok({ ...judged, detail: await suiteDetail({ tasks: physiologicalDecline, collectors: horizons, sample, question, parts }) });
}

interface Asked {
  readonly patient: number;
  readonly who: Who;
  /** Partial NEWS2 at the end of the hour. */
  readonly news2: number;
  /** By horizon; undefined where the row is no index hour of it. */
  readonly labels: readonly (boolean | undefined)[];
  readonly prepared: PreparedRow;
}

function asked(record: HourlyRecord, patient: number, parts: DeclineParts & { readonly sample: StressSample }): readonly Asked[] {
  const [task] = physiologicalDecline;
  if (task === undefined) return [];
  const byHorizon = HORIZONS_HOURS.map((horizon) => new Map(indexHours(record.hours, horizon).map((hour) => [hour.row, hour])));
  const timeline = timelineOf(record, parts.plugins);
  const who = { sex: record.sex, ageYears: record.ageYears };
  // Every index hour of a longer horizon is one of the shortest.
  return [...(byHorizon[0]?.values() ?? [])].map(({ row, score: news2 }) => {
    const labels = byHorizon.map((hours) => hours.get(row)?.label);
    parts.sample.note({ timeline, at: endOfRow(row), labels });
    return { patient, who, news2, labels, prepared: prepareRow({ timeline, at: endOfRow(row), task }, parts) };
  });
}

async function score(chunk: readonly Asked[], horizons: readonly RiskCollector[], parts: DeclineParts): Promise<void> {
  const rows = chunk.map(({ prepared }) => prepared);
  const answers = await scoreRows(rows, physiologicalDecline, parts);
  const signs = await scoreRows(
    rows.map((row) => restricted(row, SIGNS, parts)),
    physiologicalDecline,
    parts,
  );
  chunk.forEach(({ patient, who, news2, labels }, at) => {
    horizons.forEach((horizon, place) => {
      const [label, answer, signsOnly] = [labels[place], answers[at]?.[place], signs[at]?.[place]];
      if (label !== undefined && answer !== undefined && signsOnly !== undefined) horizon.add({ patient, who, label, answer, signsOnly, news2 });
    });
  });
}

interface Run {
  readonly n: number;
  readonly patients: number;
  readonly question: SuiteQuestion;
  readonly parts: DeclineParts;
}

function report(horizons: readonly RiskCollector[], { n, patients, question, parts }: Run): SuiteReport {
  const judged = horizons.map((horizon, place) => ({ name: `${HORIZONS_HOURS[place] ?? 0}h`, ...horizon.judge(patients, question) }));
  return {
    suite: 'physiological-decline',
    bundle: parts.bundle.id,
    n,
    nPatients: patients,
    resampled: 'patient',
    figures: {
      horizons: Object.fromEntries(judged.map(({ name, figures }) => [name, figures])),
      patterns: judged.flatMap(({ name, patterns }) => patterns.map((pattern) => ({ horizon: name, ...pattern }))),
    },
    ci: Object.fromEntries(judged.flatMap(({ name, ci }) => Object.entries(ci).map(([path, interval]) => [`horizons.${name}.${path}`, interval]))),
  };
}
