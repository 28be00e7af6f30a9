import type { Rng } from '@concord/core/ports';
import { bootstrap, errorInterval, type Draw } from './bootstrap.ts';
import { brier, ece, observedExpected, recalibration, share } from './calibration.ts';
import { clusteredChanceError } from './chance-error.ts';
import { classCoverage, type ClassCoverage } from './coverage.ts';
import { auprc, auroc } from './discrimination.ts';
import { at, ranked, reweighted, type Ranked } from './predictions.ts';
import type { Interval } from './suite.ts';

/** Rows of a risk task as a suite collects them. All arrays have one element per row. */
export interface RiskRows {
  readonly probability: Float64Array;
  readonly outcome: Uint8Array;
  /** Index of the patient, from 0. */
  readonly patient: Uint32Array;
  readonly patients: number;
  /** 1 where the conformal set of the row held its outcome. */
  readonly covered?: Uint8Array;
  /** Other scores on the same rows, judged by ranking alone: `news2`, `vitalsOnly`. */
  readonly beside?: Readonly<Record<string, Float64Array>>;
}

/** "Risk figures" of DESIGN 10. `intercept` is fitted together with `slope`. */
export interface RiskFigures {
  readonly positives: number;
  readonly auroc: number;
  readonly auprc: number;
  readonly brier: number;
  readonly ece: number;
  /** Calibration error that the same rows would show if their probabilities were exactly right: bins of few rows never agree. */
  readonly eceByChance: number;
  /** What such a score stays below in 19 of 20 samples when the hours of a patient go well or badly together. */
  readonly eceByChanceHigh: number;
  readonly slope: number;
  readonly intercept: number;
  readonly observedExpected: number;
  readonly coverage: number | null;
  /** Per class, each patient counting once; `patients` says of how many. */
  readonly coverageWithout: number | null;
  readonly coverageWithEvent: number | null;
  readonly coveragePatients: readonly [without: number, withEvent: number];
  readonly beside: Readonly<Record<string, { readonly auroc: number; readonly auprc: number }>>;
}

export interface RiskJudgement {
  readonly figures: RiskFigures;
  /** By path inside the figures: `auroc`, `beside.news2.auroc`, and `beside.news2.aurocDifference` for the paired gain. */
  readonly ci: Readonly<Record<string, Interval>>;
}

export interface JudgePlan {
  readonly draws: number;
  readonly rng: Rng;
  readonly progress?: (done: number, total: number) => void;
}

/** Figures of the sample, each with its 95 % bootstrap interval by patient. */
export function judgeRisk(rows: RiskRows, plan: JudgePlan): RiskJudgement {
  const main = ranked({ score: rows.probability, outcome: rows.outcome });
  const beside = Object.entries(rows.beside ?? {}).map(([name, score]) => [name, ranked({ score, outcome: rows.outcome })] as const);
  const measure = (weightOfRow?: (row: number) => number): Readonly<Record<string, number>> => {
    const weighted = (ranking: Ranked): Ranked => (weightOfRow === undefined ? ranking : reweighted(ranking, weightOfRow));
    const figures = mainFigures(weighted(main), rows.covered);
    const others = beside.flatMap(([name, ranking]) => besideFigures(name, weighted(ranking), figures['auroc'] ?? Number.NaN));
    return { ...figures, ...Object.fromEntries(others) };
  };
  const cells = cellsOf(rows);
  const coverage = (draw?: Draw): Record<string, number> => ({ coverageWithout: cells[0].share(draw), coverageWithEvent: cells[1].share(draw) });
  const sample = { ...measure(), ...coverage() };
  const eceByChance = chanceError(main, plan.rng);
  const eceByChanceHigh = clusteredChanceError(main, rows.patient, plan.rng);
  const ci = bootstrap({ units: rows.patients, ...plan }, (draw) => ({
    ...measure((row) => at(draw, at(rows.patient, row))),
    ...coverage(draw),
  }));
  const coveragePatients = [cells[0].patients, cells[1].patients] as const;
  return { figures: nested(sample, { rows, eceByChance, eceByChanceHigh, coveragePatients }), ci: centred(ci, sample) };
}

function cellsOf({ covered, ...rows }: RiskRows): readonly [without: ClassCoverage, withEvent: ClassCoverage] {
  if (covered === undefined) return [NOBODY, NOBODY];
  return [classCoverage({ ...rows, covered }, 0), classCoverage({ ...rows, covered }, 1)];
}

const NOBODY: ClassCoverage = { share: () => Number.NaN, patients: 0 };

/** Outcomes drawn anew from the probabilities; enough for two digits of a mean. */
const CHANCE_DRAWS = 40;

function chanceError(rows: Ranked, rng: Rng): number {
  let sum = 0;
  for (let draw = 0; draw < CHANCE_DRAWS; draw += 1) sum += ece({ ...rows, outcome: Uint8Array.from(rows.score, (p) => (rng.next() < p ? 1 : 0)) });
  return sum / CHANCE_DRAWS;
}

function centred(ci: Readonly<Record<string, Interval>>, sample: Readonly<Record<string, number>>): Readonly<Record<string, Interval>> {
  const [drawn, figure] = [ci['ece'], sample['ece']];
  return drawn === undefined || figure === undefined ? ci : { ...ci, ece: errorInterval(drawn, figure) };
}

function mainFigures(rows: Ranked, covered: Uint8Array | undefined): Record<string, number> {
  return {
    auroc: auroc(rows),
    auprc: auprc(rows),
    brier: brier(rows),
    ece: ece(rows),
    ...recalibration(rows),
    observedExpected: observedExpected(rows),
    ...(covered === undefined ? {} : { coverage: share(rows, covered) }),
  };
}

function besideFigures(name: string, rows: Ranked, mainAuroc: number): readonly (readonly [string, number])[] {
  const area = auroc(rows);
  return [
    [`beside.${name}.auroc`, area],
    [`beside.${name}.auprc`, auprc(rows)],
    [`beside.${name}.aurocDifference`, mainAuroc - area],
  ];
}

interface Apart extends Pick<RiskFigures, 'eceByChance' | 'eceByChanceHigh' | 'coveragePatients'> {
  readonly rows: RiskRows;
}

function nested(flat: Readonly<Record<string, number>>, { rows, ...apart }: Apart): RiskFigures {
  const of = (name: string): number => flat[name] ?? Number.NaN;
  return {
    positives: rows.outcome.reduce((sum, y) => sum + y, 0),
    auroc: of('auroc'),
    auprc: of('auprc'),
    brier: of('brier'),
    ece: of('ece'),
    ...apart,
    slope: of('slope'),
    intercept: of('intercept'),
    observedExpected: of('observedExpected'),
    coverage: flat['coverage'] ?? null,
    coverageWithout: known(flat['coverageWithout']),
    coverageWithEvent: known(flat['coverageWithEvent']),
    beside: Object.fromEntries(Object.keys(rows.beside ?? {}).map((name) => [name, { auroc: of(`beside.${name}.auroc`), auprc: of(`beside.${name}.auprc`) }])),
  };
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
