import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import { bootstrap, errorInterval } from './bootstrap.ts';
import {
  brier,
  calibrationError,
  calibrationInTheLarge,
  ece,
  equalMassBins,
  equalWidthBins,
  hosmerLemeshow,
  logLoss,
  observedExpected,
  recalibration,
} from './calibration.ts';
import { auprc, auroc } from './discrimination.ts';
import { at, ranked, reweighted, type Ranked } from './predictions.ts';
import type { Interval, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { numberIn, readTable, type Row } from './table.ts';
import { confusionAt } from './threshold.ts';

const PREDICTIONS = 'predictions.csv';
const EXPECTED = 'expected_metrics.json';
const REFERENCE_BINS = 10;
const FITS: ReadonlySet<string> = new Set(['calibration_slope', 'calibration_intercept_joint', 'calibration_in_the_large']);

/** This package's own metrics against values that were computed independently. */
export const calibrationMetrics: Suite = {
  name: 'calibration-metrics',
  title: 'The metrics of this suite themselves, against independently computed values.',
  reads: [PREDICTIONS, EXPECTED],
  run: judge,
};

async function judge(question: SuiteQuestion): Promise<Result<SuiteReport, SuiteError>> {
  const table = await readTable(question.files, PREDICTIONS);
  if (!table.ok) return table;
  const text = await question.files.text(EXPECTED);
  if (text === undefined) return err({ kind: 'missing-file', name: EXPECTED });
  const expected = expectedFigures(text);
  if (expected === undefined) return err({ kind: 'unreadable', name: EXPECTED, line: 1, reason: 'no object of numbers per column' });
  const columns = Object.keys(expected).map((column) => [column, ranked(columnOf(table.value, column))] as const);
  const unread = columns.find(([, rows]) => rows.score.some(Number.isNaN));
  if (unread !== undefined) return err({ kind: 'unreadable', name: PREDICTIONS, line: 1, reason: `column ${unread[0]} is missing or holds no numbers` });
  return ok(report(question, table.value, columns, expected));
}

type Expected = Readonly<Record<string, Readonly<Record<string, number>>>>;

function report(question: SuiteQuestion, table: readonly Row[], columns: readonly (readonly [string, Ranked])[], expected: Expected): SuiteReport {
  const differences = columns.flatMap(([column, rows]) => {
    const seen = referenceFigures(rows);
    return Object.entries(expected[column] ?? {}).map(([name, value]) => ({ name, error: Math.abs((seen[name] ?? Number.NaN) - value) }));
  });
  // Math.max of a NaN is NaN, so a figure that the file has and we lack cannot pass.
  const worst = (fits: boolean): number => Math.max(0, ...differences.filter(({ name }) => FITS.has(name) === fits).map(({ error }) => error));
  const [maxAbsError, maxAbsErrorFits] = [worst(false), worst(true)];
  return {
    suite: calibrationMetrics.name,
    bundle: 'none',
    n: table.length,
    nPatients: new Set(table.map(({ cells }) => cells['record_id'])).size,
    resampled: 'patient',
    figures: {
      maxAbsError,
      maxAbsErrorFits,
      compared: differences.length,
      columns: Object.fromEntries(columns.map(([column, rows]) => [column, ourFigures(rows)])),
    },
    // The two errors compare with fixed values of the whole sample: there is nothing to resample.
    ci: { maxAbsError: [maxAbsError, maxAbsError], maxAbsErrorFits: [maxAbsErrorFits, maxAbsErrorFits], ...intervals(question, columns) },
  };
}

function intervals({ seed, draws, progress }: SuiteQuestion, columns: readonly (readonly [string, Ranked])[]): Readonly<Record<string, Interval>> {
  const plan = {
    units: columns[0]?.[1].score.length ?? 0,
    draws,
    rng: seededRng(seed),
    progress: (done: number, total: number) => {
      progress({ step: 'bootstrap', done, total });
    },
  };
  const drawn = bootstrap(plan, (draw) =>
    Object.fromEntries(
      columns.flatMap(([column, rows]) =>
        Object.entries(ourFigures(reweighted(rows, (row) => at(draw, row)))).map(([name, value]) => [`columns.${column}.${name}`, value]),
      ),
    ),
  );
  const errors = columns.flatMap(([column, rows]) => {
    const interval = drawn[`columns.${column}.ece`];
    return interval === undefined ? [] : [[`columns.${column}.ece`, errorInterval(interval, ece(rows))] as const];
  });
  return { ...drawn, ...Object.fromEntries(errors) };
}

function ourFigures(rows: Ranked): Readonly<Record<string, number>> {
  return { auroc: auroc(rows), auprc: auprc(rows), brier: brier(rows), ece: ece(rows), ...recalibration(rows), observedExpected: observedExpected(rows) };
}

/** Every figure of the reference file under the name it has there. */
function referenceFigures(rows: Ranked): Readonly<Record<string, number>> {
  const events = rows.outcome.reduce((sum, y) => sum + y, 0);
  const prevalence = events / rows.score.length;
  const { slope, intercept } = recalibration(rows);
  const groups = equalMassBins(rows, REFERENCE_BINS);
  return {
    n: rows.score.length,
    events,
    prevalence,
    mean_predicted: rows.score.reduce((sum, p) => sum + p, 0) / rows.score.length,
    auroc: auroc(rows),
    average_precision: auprc(rows),
    brier: brier(rows),
    log_loss: logLoss(rows),
    brier_skill_vs_prevalence: 1 - brier(rows) / (prevalence * (1 - prevalence)),
    ece_10_equal_width_bins_left_closed: calibrationError(equalWidthBins(rows, REFERENCE_BINS)),
    ece_10_equal_count_bins_stable_sort: calibrationError(groups),
    hosmer_lemeshow_chi2_10_equal_count_stable_sort: hosmerLemeshow(groups),
    calibration_slope: slope,
    calibration_intercept_joint: intercept,
    calibration_in_the_large: calibrationInTheLarge(rows),
    observed_expected_ratio: observedExpected(rows),
    ...Object.fromEntries(
      [0.1, 0.2, 0.3].flatMap((threshold) => Object.entries(confusionAt(rows, threshold)).map(([name, value]) => [`at_${threshold}.${name}`, value])),
    ),
  };
}

function columnOf(table: readonly Row[], column: string): { readonly score: Float64Array; readonly outcome: Uint8Array } {
  return { score: Float64Array.from(table, (row) => numberIn(row, column)), outcome: Uint8Array.from(table, (row) => numberIn(row, 'died')) };
}

/** Numbers per column, nested ones by path. */
function expectedFigures(text: string): Expected | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isRecord(parsed)) return undefined;
    return Object.fromEntries(Object.entries(parsed).map(([column, figures]) => [column, flat(figures)]));
  } catch {
    return undefined;
  }
}

function flat(figures: unknown, path = ''): Record<string, number> {
  if (!isRecord(figures)) return {};
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) =>
      typeof value === 'number' ? [[`${path}${name}`, value] as const] : Object.entries(flat(value, `${path}${name}.`)),
    ),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
