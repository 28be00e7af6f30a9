import type { HeadDetail } from '@concord/pipeline/evaluate';
import type { HeadFigures } from './head-section.ts';
import { table } from './table.ts';
import { percent, plain, range } from './words.ts';

export interface FigureTree {
  readonly [name: string]: unknown;
}

const ROWS: readonly (readonly [name: string, words: string, goal: string])[] = [
  ['auroc', 'Ranking (AUROC): how often a patient with the event stands above one without', ''],
  ['auprc', 'Precision over recall (AUPRC)', ''],
  ['brier', 'Mean squared error (Brier)', ''],
  ['slope', 'Slope: below 1, high chances are too high and low ones too low', '0.9 to 1.1'],
  ['observedExpected', 'Observed over expected', '0.9 to 1.1'],
  ['ece', 'Calibration error (15 groups)', '10 % of how often it happens'],
  ['coverage', 'Coverage of the 90 % sets', '90 %'],
];

/** The figures of a question with their intervals, each beside what it should be. */
export function keyFigures({ title }: HeadDetail, { figures, ci }: HeadFigures): string {
  const of = (name: string): number | null => (typeof figures[name] === 'number' ? figures[name] : null);
  const [n, positives, patients, chance] = [of('n') ?? 0, of('positives') ?? 0, of('nPatients') ?? 0, of('eceByChance')];
  const rows = ROWS.flatMap(([name, words, goal]) => {
    const value = of(name);
    return value === null ? [] : [[words, plain(value, name === 'ece' ? 4 : 3), range(ci[name], (one) => one.toFixed(name === 'ece' ? 4 : 3)), goal]];
  });
  const beside = ['news2', 'vitalsOnly'].flatMap((name) => {
    const own = figures[name] as FigureTree | undefined;
    return typeof own?.['auroc'] === 'number'
      ? [[name === 'news2' ? 'NEWS2 on the same rows, AUROC' : 'The same from signs alone, AUROC', plain(own['auroc']), range(ci[`${name}.auroc`], plain), '']]
      : [];
  });
  const byChance = chance === null ? [] : [['The same error, had every chance been exactly right', plain(chance, 4), '', '']];
  return `<p>Asked ${plain(n)} times of ${plain(patients)} patients; it happened after ${plain(positives)} of the questions (${percent(n === 0 ? 0 : positives / n)}).</p>
${table({ caption: `${title}: figures`, head: ['Figure', 'Value', '95 % interval', 'Should be'], rows: [...rows, ...byChance, ...beside] })}`;
}
