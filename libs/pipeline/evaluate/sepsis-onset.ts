import type { ModalityKind } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Hash } from '@concord/core/ports';
import { splitOf } from '@concord/governance/models';
import { sepsisHours, sepsisOnset } from '@concord/tasks/sepsis-onset';
import { prepareRow, prepareUnserved, restricted, scoreRows, type PreparedRow, type RowParts } from '../assess/index.ts';
import { hourUtilities, normalisedUtility, type HourUtility } from './challenge-utility.ts';
import { auprc, auroc } from './discrimination.ts';
import { endOfRow, hourlyRecords, timelineOf, type HourlyRecord } from './physionet-2019.ts';
import { ranked } from './predictions.ts';
import { RiskCollector } from './risk-collector.ts';
import type { Who } from './detail.ts';
import { StressSample, suiteDetail } from './suite-detail.ts';
import type { Figures, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

const FILE = 'vitals_hourly.csv.gz';
const CHUNK = 4096;
const SIGNS = ['vitals' as ModalityKind];
/** The ICU hour from which "alarm at every later hour" has the greatest utility among training patients. */
const HOUR_ALONE_FROM = 52;

export interface SepsisParts extends RowParts {
  readonly hash: Hash;
}

/** The shipped pipeline on hourly intensive-care records: every hour before onset and up to ICU hour 48. */
export function sepsisSuite(parts: SepsisParts): Suite {
  return {
    name: 'sepsis-6h',
    title: 'Sepsis within six hours on hourly intensive-care records; the challenge of 2019 beside it.',
    reads: [FILE],
    run: (question) => judge(question, parts),
  };
}

interface Asked {
  readonly patient: number;
  readonly who: Who;
  readonly label: boolean | undefined;
  readonly challenge: boolean;
  readonly icuHour: number;
  readonly utility: HourUtility;
  /** As served; an hour that is not asked about is laid out for the challenge alone. */
  readonly prepared: PreparedRow;
}

async function judge(question: SuiteQuestion, parts: SepsisParts): Promise<Result<SuiteReport, SuiteError>> {
  const csv = await question.files.text(FILE);
  if (csv === undefined) return err({ kind: 'missing-file', name: FILE });
  const [collector, challenge, sample] = [new RiskCollector(), new Challenge(), new StressSample()];
  let [patients, rows] = [0, 0];
  let chunk: Asked[] = [];
  const flush = async (): Promise<void> => {
    await score(chunk, { collector, challenge, parts });
    rows += chunk.filter(({ label }) => label !== undefined).length;
    chunk = [];
  };
  for (const record of hourlyRecords(csv)) {
    if (question.split === 'validation' && splitOf(record.patientId, parts.hash) !== 'validation') continue;
    chunk.push(...asked(record, patients, { ...parts, sample }));
    patients += 1;
    if (chunk.length < CHUNK) continue;
    await flush();
    question.progress({ step: 'rows', done: rows, total: rows + CHUNK });
  }
  await flush();
  const { figures, ci, patterns } = collector.judge(patients, question);
  const beside = { ...figures, patterns, challenge: challenge.figures(parts.bundle.thresholds['sepsis-6h']?.raised ?? 1) };
  const judged: SuiteReport = { suite: 'sepsis-6h', bundle: parts.bundle.id, n: rows, nPatients: patients, resampled: 'patient', figures: beside, ci };
  if (question.detail === undefined) return ok(judged);
  return ok({ ...judged, detail: await suiteDetail({ tasks: [sepsisOnset], collectors: [collector], sample, question, parts }) });
}

function asked(record: HourlyRecord, patient: number, parts: SepsisParts & { readonly sample: StressSample }): readonly Asked[] {
  const icuHours = record.sepsis.map((_, row) => record.firstIcuHour + row);
  const labels = new Map(sepsisHours({ icuHours, labels: record.sepsis }).map(({ row, label }) => [row, label]));
  const timeline = timelineOf(record, parts.plugins);
  const utilities = hourUtilities(record.sepsis);
  const who = { sex: record.sex, ageYears: record.ageYears };
  return record.sepsis.map((challenge, row) => {
    const question = { timeline, at: endOfRow(row), task: sepsisOnset };
    const label = labels.get(row);
    if (label !== undefined) parts.sample.note({ timeline, at: question.at, labels: [label] });
    const prepared = label === undefined ? prepareUnserved(question, parts) : prepareRow(question, parts);
    return { patient, who, label, challenge, icuHour: icuHours[row] ?? 0, utility: utilities[row] ?? { alarm: 0, none: 0, best: 0 }, prepared };
  });
}

interface Into {
  readonly collector: RiskCollector;
  readonly challenge: Challenge;
  readonly parts: SepsisParts;
}

async function score(chunk: readonly Asked[], { collector, challenge, parts }: Into): Promise<void> {
  const rows = chunk.map(({ prepared }) => prepared);
  const answers = await scoreRows(rows, [sepsisOnset], parts);
  const signs = await scoreRows(
    rows.map((row) => restricted(row, SIGNS, parts)),
    [sepsisOnset],
    parts,
  );
  chunk.forEach((row, at) => {
    const [answer, signsOnly] = [answers[at]?.[0], signs[at]?.[0]];
    if (answer === undefined || signsOnly === undefined) return;
    if (row.label !== undefined) collector.add({ patient: row.patient, who: row.who, label: row.label, answer, signsOnly });
    challenge.add(row, answer.kind === 'scored' ? answer.probability : 0);
  });
}

/** The challenge's own label over all hours, reported and never a goal: the ICU hour alone nearly names it. */
class Challenge {
  readonly #probability: number[] = [];
  readonly #label: number[] = [];
  readonly #hour: number[] = [];
  readonly #utility: HourUtility[] = [];

  add({ challenge, icuHour, utility }: Asked, probability: number): void {
    this.#probability.push(probability);
    this.#label.push(Number(challenge));
    this.#hour.push(icuHour);
    this.#utility.push(utility);
  }

  figures(threshold: number): Figures {
    const outcome = Uint8Array.from(this.#label);
    const [own, hour] = [this.#probability, this.#hour].map((score) => ranked({ score: Float64Array.from(score), outcome }));
    if (own === undefined || hour === undefined) return {};
    return {
      n: outcome.length,
      positives: outcome.reduce((sum, y) => sum + y, 0),
      auroc: auroc(own),
      auprc: auprc(own),
      utility: normalisedUtility(
        this.#utility,
        this.#probability.map((p) => p >= threshold),
      ),
      hourAlone: {
        auroc: auroc(hour),
        utility: normalisedUtility(
          this.#utility,
          this.#hour.map((icuHour) => icuHour >= HOUR_ALONE_FROM),
        ),
      },
      why: 'Never-septic records end by hour 60 and septic ones run on, so the hour nearly names the label: a higher figure here rewards record selection, not care.',
    };
  }
}
