import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import { circumstancesOf, REPORT_RULES, tokensOf, type Circumstances, type Span } from '@concord/modalities/radiology-report';
import { bootstrap } from './bootstrap.ts';
import type { Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { readTable, type Row } from './table.ts';

const FILE = 'negex_annotations.tsv';
const COLUMNS = ['condition', 'sentence', 'negation', 'temporality', 'experiencer'];

/** The report rules on sentences with expert labels of negation, temporality and experiencer. */
export const reportNegation: Suite = {
  name: 'report-negation',
  title: 'Which conditions a sentence denies, places in the past or gives to someone else, against expert labels.',
  reads: [FILE],
  run: judge,
};

/** One label as given and as read. */
interface Pair {
  readonly gold: boolean;
  readonly seen: boolean;
}
interface Judged {
  readonly negation: Pair;
  readonly historical: Pair;
  readonly experiencer: Pair;
  /** Index of the sentence among distinct sentences: copies are drawn together. */
  readonly unit: number;
}

async function judge({ files, seed, draws, progress }: SuiteQuestion): Promise<Result<SuiteReport, SuiteError>> {
  const table = await readTable(files, FILE, '\t');
  if (!table.ok) return table;
  const missing = COLUMNS.find((column) => table.value[0]?.cells[column] === undefined);
  if (missing !== undefined) return err({ kind: 'unreadable', name: FILE, line: 1, reason: `no column ${missing}` });
  const units = new Map<string, number>();
  const rows = table.value.map((row) => judged(row, unitOf(units, row)));
  const plan = {
    units: units.size,
    draws,
    rng: seededRng(seed),
    progress: (done: number, total: number) => {
      progress({ step: 'bootstrap', done, total });
    },
  };
  return ok({
    suite: reportNegation.name,
    bundle: REPORT_RULES,
    n: rows.length,
    nPatients: 0,
    resampled: 'sentence',
    figures: figuresOf(rows, () => 1),
    ci: bootstrap(plan, (draw) => figuresOf(rows, (unit) => draw[unit] ?? 0)),
  });
}

function unitOf(units: Map<string, number>, { cells }: Row): number {
  const sentence = cells['sentence'] ?? '';
  const unit = units.get(sentence) ?? units.size;
  units.set(sentence, unit);
  return unit;
}

function judged({ cells }: Row, unit: number): Judged {
  const { condition = '', sentence = '', negation, temporality, experiencer } = cells;
  const seen = read(sentence, condition);
  return {
    negation: { gold: negation === 'Negated', seen: seen.has('absent') },
    historical: { gold: temporality === 'Historical', seen: seen.has('historical') },
    experiencer: { gold: experiencer !== 'Patient', seen: seen.has('family') },
    unit,
  };
}

function read(sentence: string, condition: string): Circumstances {
  return circumstancesOf(tokensOf(sentence), placeOf(sentence, condition));
}

/**
 * Where the labelled condition stands. The set writes it in capitals; the last such place is meant, the first is often
 * a heading. A condition that goes beyond its sentence takes the whole sentence.
 */
export function placeOf(sentence: string, condition: string): Span {
  const words = condition
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const plain = words.join('\\s+');
  const capitals = words.map((word) => word.toUpperCase()).join('\\s+');
  const whole = (pattern: string): string => `(?<!\\w)${pattern}(?![\\w'])`;
  for (const expression of [new RegExp(whole(capitals), 'g'), new RegExp(capitals, 'g'), new RegExp(whole(plain), 'gi'), new RegExp(plain, 'gi')]) {
    const last = [...sentence.matchAll(expression)].at(-1);
    if (last !== undefined) return { start: last.index, end: last.index + last[0].length };
  }
  return { start: 0, end: sentence.length };
}

function figuresOf(rows: readonly Judged[], weightOf: (unit: number) => number): Readonly<Record<string, number>> {
  const of = (label: 'negation' | 'historical' | 'experiencer') => {
    const counts = { tp: 0, fp: 0, fn: 0 };
    for (const row of rows) {
      const { gold, seen } = row[label];
      if (gold || seen) counts[gold && seen ? 'tp' : gold ? 'fn' : 'fp'] += weightOf(row.unit);
    }
    return counts;
  };
  const negation = of('negation');
  return {
    precision: negation.tp / (negation.tp + negation.fp),
    recall: negation.tp / (negation.tp + negation.fn),
    f1: f1(negation),
    historicalF1: f1(of('historical')),
    experiencerF1: f1(of('experiencer')),
  };
}

function f1({ tp, fp, fn }: { readonly tp: number; readonly fp: number; readonly fn: number }): number {
  return (2 * tp) / (2 * tp + fp + fn);
}
