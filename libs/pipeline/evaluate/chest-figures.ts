import type { Rng } from '@concord/core/ports';
import { errorInterval } from './bootstrap.ts';
import { ece, observedExpected, recalibration } from './calibration.ts';
import { auroc } from './discrimination.ts';
import { ranked, reweighted, type Ranked } from './predictions.ts';
import type { Figures, Interval } from './suite.ts';

/** One film that the image arm read. */
export interface ChestRow {
  /** Index of the patient, from 0. */
  readonly patient: number;
  readonly labels: ReadonlySet<string>;
  readonly isPa: boolean;
  /** Size and spacing of the original: what it was taken with. */
  readonly detector: string;
  /** Calibrated probabilities by name. */
  readonly findings: Readonly<Record<string, number>>;
}

const PNEUMONIA = 'Pneumonia';
const NONE = 'No Finding';

type WeightOf = (patient: number) => number;

/** Every figure by its path, with each patient's films counted as often as `weightOf` says. */
export function chestFiguresFlat(rows: readonly ChestRow[], weightOf: WeightOf): Readonly<Record<string, number>> {
  const pneumonia = ranking(rows, PNEUMONIA, weightOf);
  const [pa, ap] = [auroc(ranking(pick(rows, true), PNEUMONIA, weightOf)), auroc(ranking(pick(rows, false), PNEUMONIA, weightOf))];
  const { slope, intercept } = recalibration(pneumonia);
  return {
    'pneumonia.auroc': auroc(pneumonia),
    'pneumonia.ece': ece(pneumonia),
    'pneumonia.pa': pa,
    'pneumonia.ap': ap,
    'pneumonia.lower': Math.min(pa, ap),
    'pneumonia.paSharedDetectors': auroc(ranking(onSharedDetectors(pick(rows, true)), PNEUMONIA, weightOf)),
    'pneumonia.viewLeak': viewLeak(rows, weightOf),
    'pneumonia.slope': slope,
    'pneumonia.intercept': intercept,
    'pneumonia.observedExpected': observedExpected(pneumonia),
    ...Object.fromEntries(otherNames(rows).map((name) => [`perFinding.${name}.auroc`, auroc(ranking(rows, name, weightOf))])),
  };
}

/** The same of the sample itself, nested, with counts. */
export function chestFigures(rows: readonly ChestRow[], rng: Rng): Figures {
  const flat = chestFiguresFlat(rows, () => 1);
  const of = (path: string): number => flat[path] ?? Number.NaN;
  const own = Object.keys(flat).filter((path) => path.startsWith('pneumonia.'));
  const counts = (name: string) => ({ n: rows.length, positives: rows.filter(({ labels }) => isLabelled(labels, name)).length });
  return {
    pneumonia: {
      ...counts(PNEUMONIA),
      ...Object.fromEntries(own.map((path) => [path.slice('pneumonia.'.length), of(path)])),
      eceByChance: eceByChance(
        ranking(rows, PNEUMONIA, () => 1),
        rng,
      ),
    },
    perFinding: Object.fromEntries(otherNames(rows).map((name) => [name, { ...counts(name), auroc: of(`perFinding.${name}.auroc`) }])),
  };
}

/** A draw adds noise to a calibration error; its interval is moved back by as much. */
export function centredChest(ci: Readonly<Record<string, Interval>>, sample: Readonly<Record<string, number>>): Readonly<Record<string, Interval>> {
  const [drawn, figure] = [ci['pneumonia.ece'], sample['pneumonia.ece']];
  return drawn === undefined || figure === undefined ? ci : { ...ci, 'pneumonia.ece': errorInterval(drawn, figure) };
}

function pick(rows: readonly ChestRow[], isPa: boolean): readonly ChestRow[] {
  return rows.filter((row) => row.isPa === isPa);
}

/** Films of detectors that took both groups: there the detector alone tells nothing for certain. */
function onSharedDetectors(rows: readonly ChestRow[]): readonly ChestRow[] {
  const groups = new Map<string, Set<boolean>>();
  for (const { detector, labels } of rows) groups.set(detector, (groups.get(detector) ?? new Set()).add(labels.has(PNEUMONIA)));
  return rows.filter(({ detector }) => groups.get(detector)?.size === 2);
}

/** AUROC of the score for the view among films without pneumonia: .5 when it does not know the view. */
function viewLeak(rows: readonly ChestRow[], weightOf: WeightOf): number {
  const without = rows.filter(({ labels }) => !labels.has(PNEUMONIA));
  return auroc(
    weighted(
      without,
      ({ findings }) => findings[PNEUMONIA] ?? 0,
      ({ isPa }) => isPa,
      weightOf,
    ),
  );
}

function ranking(rows: readonly ChestRow[], name: string, weightOf: WeightOf): Ranked {
  return weighted(
    rows,
    ({ findings }) => findings[name] ?? 0,
    ({ labels }) => isLabelled(labels, name),
    weightOf,
  );
}

function weighted(rows: readonly ChestRow[], score: (row: ChestRow) => number, outcome: (row: ChestRow) => boolean, weightOf: WeightOf): Ranked {
  const plain = ranked({ score: Float64Array.from(rows, score), outcome: Uint8Array.from(rows, (row) => Number(outcome(row))) });
  return reweighted(plain, (row) => weightOf(rows[row]?.patient ?? 0));
}

/** `Abnormal` stands for any finding. */
function isLabelled(labels: ReadonlySet<string>, name: string): boolean {
  return name === 'Abnormal' ? !labels.has(NONE) : labels.has(name);
}

function otherNames(rows: readonly ChestRow[]): readonly string[] {
  return Object.keys(rows[0]?.findings ?? {}).filter((name) => name !== PNEUMONIA);
}

/** Outcomes drawn anew from the probabilities; enough for two digits of a mean. */
const CHANCE_DRAWS = 40;

function eceByChance(rows: Ranked, rng: Rng): number {
  let sum = 0;
  for (let draw = 0; draw < CHANCE_DRAWS; draw += 1) sum += ece({ ...rows, outcome: Uint8Array.from(rows.score, (p) => (rng.next() < p ? 1 : 0)) });
  return sum / CHANCE_DRAWS;
}
