import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import type { Hash } from '@concord/core/ports';
import { splitOf } from '@concord/governance/models';
import { isCovered } from '@concord/stages/calibration';
import { HORIZONS_HOURS, indexHours, physiologicalDecline, type HorizonHours } from '@concord/tasks/physiological-decline';
import { prepareRow, scoreRows, type PreparedRow, type RowAnswer, type RowParts } from '../assess/index.ts';
import { endOfRow, hourlyRecords, timelineOf, type HourlyRecord } from './physionet-2019.ts';
import { judgeRisk, type RiskFigures, type RiskJudgement } from './risk-figures.ts';
import type { Figures, Interval, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

const FILE = 'vitals_hourly.csv.gz';
/** Rows prepared while the model runs the ones before: bounds memory and keeps both busy. */
const CHUNK = 4096;
/** Draws of the bootstrap are bounded by the rows they weigh: 500 up to 60,000 rows, a hundred for the whole set. */
const WEIGHED_MOST = 30_000_000;
const DRAWS_LEAST = 100;

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
  const rows = new Rows();
  let patients = 0;
  let last: Promise<void> = Promise.resolve();
  let chunk: Asked[] = [];
  const flush = (): void => {
    const asked = chunk;
    chunk = [];
    last = last.then(() => score(asked, rows, parts));
  };
  for (const record of hourlyRecords(csv)) {
    if (question.split === 'validation' && splitOf(record.patientId, parts.hash) !== 'validation') continue;
    chunk.push(...asked(record, patients, parts));
    patients += 1;
    if (chunk.length < CHUNK) continue;
    await last;
    flush();
    question.progress({ step: 'rows', done: rows.count, total: rows.count + CHUNK });
  }
  flush();
  await last;
  return ok(report(rows, patients, question, parts));
}

interface Asked {
  readonly patient: number;
  /** Partial NEWS2 at the end of the hour. */
  readonly news2: number;
  /** By horizon; undefined where the row is no index hour of it. */
  readonly labels: readonly (boolean | undefined)[];
  readonly prepared: PreparedRow;
}

function asked(record: HourlyRecord, patient: number, parts: DeclineParts): readonly Asked[] {
  const [task] = physiologicalDecline;
  if (task === undefined) return [];
  const byHorizon = HORIZONS_HOURS.map((horizon) => new Map(indexHours(record.hours, horizon).map((hour) => [hour.row, hour])));
  const timeline = timelineOf(record, parts.plugins);
  // Every index hour of a longer horizon is one of the shortest.
  return [...(byHorizon[0]?.values() ?? [])].map(({ row, score }) => ({
    patient,
    news2: score,
    labels: byHorizon.map((hours) => hours.get(row)?.label),
    prepared: prepareRow({ timeline, at: endOfRow(row), task }, parts),
  }));
}

async function score(chunk: readonly Asked[], rows: Rows, parts: DeclineParts): Promise<void> {
  const answers = await scoreRows(
    chunk.map(({ prepared }) => prepared),
    physiologicalDecline,
    parts,
  );
  chunk.forEach((row, at) => {
    rows.add(row, answers[at] ?? []);
  });
}

interface Horizon {
  readonly probability: number[];
  readonly outcome: number[];
  readonly patient: number[];
  readonly news2: number[];
  readonly covered: number[];
  readonly excluded: Map<string, number>;
}

/** What was answered so far, by horizon. */
class Rows {
  readonly horizons: readonly Horizon[] = HORIZONS_HOURS.map(() => ({
    probability: [],
    outcome: [],
    patient: [],
    news2: [],
    covered: [],
    excluded: new Map(),
  }));
  count = 0;

  add({ patient, news2, labels }: Asked, answers: readonly RowAnswer[]): void {
    this.count += 1;
    this.horizons.forEach((horizon, at) => {
      const [label, answer] = [labels[at], answers[at]];
      if (label === undefined || answer === undefined) return;
      if (answer.kind === 'abstained') {
        horizon.excluded.set(answer.reason, (horizon.excluded.get(answer.reason) ?? 0) + 1);
        return;
      }
      horizon.probability.push(answer.probability);
      horizon.outcome.push(Number(label));
      horizon.patient.push(patient);
      horizon.news2.push(news2);
      horizon.covered.push(Number(isCovered(answer.probability, label, answer.calibration)));
    });
  }
}

function report(rows: Rows, patients: number, question: SuiteQuestion, { bundle }: DeclineParts): SuiteReport {
  const judged = rows.horizons.map((horizon, at) => ({ name: nameOf(HORIZONS_HOURS[at]), horizon, judgement: judgementOf(horizon, patients, question) }));
  return {
    suite: 'physiological-decline',
    bundle: bundle.id,
    n: rows.count,
    nPatients: patients,
    resampled: 'patient',
    figures: {
      horizons: Object.fromEntries(judged.map(({ name, horizon, judgement }) => [name, figuresOf(horizon, judgement.figures)])),
      patterns: judged.map(({ name, horizon, judgement }) => ({ horizon: name, pattern: ['vitals'], ...riskFigures(horizon, judgement.figures) })),
    },
    ci: Object.fromEntries(judged.flatMap(({ name, judgement }) => intervalsOf(name, judgement))),
  };
}

function nameOf(hours: HorizonHours | undefined): string {
  return `${hours ?? 0}h`;
}

function judgementOf({ probability, outcome, patient, news2, covered }: Horizon, patients: number, { draws, seed, progress }: SuiteQuestion): RiskJudgement {
  return judgeRisk(
    {
      probability: Float64Array.from(probability),
      outcome: Uint8Array.from(outcome),
      patient: Uint32Array.from(patient),
      patients,
      covered: Uint8Array.from(covered),
      beside: { news2: Float64Array.from(news2) },
    },
    {
      draws: Math.min(draws, Math.max(DRAWS_LEAST, Math.floor(WEIGHED_MOST / Math.max(1, probability.length)))),
      rng: seededRng(seed),
      progress: (done, total) => {
        progress({ step: 'bootstrap', done, total });
      },
    },
  );
}

function figuresOf(horizon: Horizon, figures: RiskFigures): Figures {
  return {
    ...riskFigures(horizon, figures),
    news2: figures.beside['news2'] ?? null,
    // The set holds signs alone, so the fused score is the score from signs.
    vitalsOnly: { auroc: figures.auroc, auprc: figures.auprc },
    excluded: Object.fromEntries(horizon.excluded),
  };
}

function riskFigures({ probability, patient }: Horizon, { beside: _, ...figures }: RiskFigures): Figures {
  return { n: probability.length, nPatients: new Set(patient).size, ...figures };
}

function intervalsOf(name: string, { ci }: RiskJudgement): readonly (readonly [string, Interval])[] {
  return Object.entries(ci).flatMap(([path, interval]): readonly (readonly [string, Interval])[] => {
    const own = [`horizons.${name}.${path.replace(/^beside\./, '')}`, interval] as const;
    return path === 'auroc' || path === 'auprc' ? [own, [`horizons.${name}.vitalsOnly.${path}`, interval]] : [own];
  });
}
