import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import { circumstancesOf, REPORT_RULES, sentenceWindow, spelledRight, tokensOf, type Assertion, type Span } from '@concord/modalities/radiology-report';
import { bootstrap } from './bootstrap.ts';
import type { SecondReader } from './second-reader.ts';
import type { Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { readTable, type Row } from './table.ts';
import { TEXT_DISTURBANCES } from './text-disturbances.ts';

const FILE = 'negex_annotations.tsv';
const COLUMNS = ['condition', 'sentence', 'negation', 'temporality', 'experiencer'];

/**
 * The report rules on sentences with expert labels of negation, temporality and experiencer.
 * @param reader the lab's sentence encoder; its figures stand beside those of the rules.
 */
export function reportNegationSuite(reader?: SecondReader): Suite {
  return {
    name: 'report-negation',
    title: 'Which conditions a sentence denies, places in the past or gives to someone else, against expert labels.',
    reads: [FILE],
    run: (question) => judge(question, reader),
  };
}

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

async function judge({ files, seed, draws, progress, detail }: SuiteQuestion, reader: SecondReader | undefined): Promise<Result<SuiteReport, SuiteError>> {
  const table = await readTable(files, FILE, '\t');
  if (!table.ok) return table;
  const missing = COLUMNS.find((column) => table.value[0]?.cells[column] === undefined);
  if (missing !== undefined) return err({ kind: 'unreadable', name: FILE, line: 1, reason: `no column ${missing}` });
  const units = new Map<string, number>();
  const rows = table.value.map((row) => judged(row, unitOf(units, row), read(row)));
  const second = reader === undefined ? undefined : await readBySecond(table.value, rows, reader);
  const plan = {
    units: units.size,
    draws,
    rng: seededRng(seed),
    progress: (done: number, total: number) => {
      progress({ step: 'bootstrap', done, total });
    },
  };
  return ok({
    suite: 'report-negation',
    bundle: REPORT_RULES,
    n: rows.length,
    nPatients: 0,
    resampled: 'sentence',
    figures: {
      ...figuresOf(rows, () => 1),
      ...(detail === true && { robustness: disturbed(table.value, rows) }),
      ...(second === undefined ? {} : { sentenceEncoder: besideRules(rows, second, () => 1) }),
    },
    ci: bootstrap(plan, (draw) => {
      const weightOf = (unit: number): number => draw[unit] ?? 0;
      const own = second === undefined ? [] : Object.entries(besideRules(rows, second, weightOf));
      return { ...figuresOf(rows, weightOf), ...Object.fromEntries(own.map(([name, value]) => [`sentenceEncoder.${name}`, value])) };
    }),
  });
}

function unitOf(units: Map<string, number>, { cells }: Row): number {
  const sentence = cells['sentence'] ?? '';
  const unit = units.get(sentence) ?? units.size;
  units.set(sentence, unit);
  return unit;
}

/** What was read of a condition, by the rules or by the encoder. */
type Meanings = ReadonlySet<Assertion>;

function judged({ cells: { negation, temporality, experiencer } }: Row, unit: number, seen: Meanings): Judged {
  return {
    negation: { gold: negation === 'Negated', seen: seen.has('absent') },
    historical: { gold: temporality === 'Historical', seen: seen.has('historical') },
    experiencer: { gold: experiencer !== 'Patient', seen: seen.has('family') },
    unit,
  };
}

/** F1 of denials when the words around the condition arrive spoilt; the condition itself stays where it can be found. */
function disturbed(table: readonly Row[], rows: readonly Judged[]): Readonly<Record<string, { readonly f1: number }>> {
  return Object.fromEntries(
    Object.entries(TEXT_DISTURBANCES).map(([name, spoil]) => {
      const rng = seededRng(name);
      const again = table.map((row, at) => {
        const { sentence = '', condition = '' } = row.cells;
        const { start, end } = placeOf(sentence, condition);
        const [before, after] = [spoil(sentence.slice(0, start), rng), spoil(sentence.slice(end), rng)];
        const text = `${before}${sentence.slice(start, end)}${after}`;
        return judged(row, rows[at]?.unit ?? 0, circumstancesOf(spelledRight(tokensOf(text)), { start: before.length, end: before.length + end - start }));
      });
      return [name, { f1: figuresOf(again, () => 1)['f1'] ?? Number.NaN }];
    }),
  );
}

function read({ cells: { sentence = '', condition = '' } }: Row): Meanings {
  return circumstancesOf(spelledRight(tokensOf(sentence)), placeOf(sentence, condition));
}

async function readBySecond(table: readonly Row[], rows: readonly Judged[], reader: SecondReader): Promise<readonly Judged[]> {
  const windows = table.map(({ cells: { sentence = '', condition = '' } }) => sentenceWindow(tokensOf(sentence), placeOf(sentence, condition)));
  const said = await reader(windows);
  return table.map((row, at) => judged(row, rows[at]?.unit ?? 0, new Set([said[at] ?? 'present'])));
}

/** The encoder's own figures, and what a disagreement about a denial is worth: how often the rules are the ones that err. */
function besideRules(rules: readonly Judged[], second: readonly Judged[], weightOf: (unit: number) => number): Readonly<Record<string, number>> {
  const counts = { disagreements: 0, rulesErr: 0, rulesErrSeen: 0 };
  rules.forEach(({ negation: { gold, seen }, unit }, at) => {
    const differs = seen !== second[at]?.negation.seen;
    const errs = seen !== gold;
    if (differs) counts.disagreements += weightOf(unit);
    if (errs) counts.rulesErr += weightOf(unit);
    if (errs && differs) counts.rulesErrSeen += weightOf(unit);
  });
  return { ...figuresOf(second, weightOf), disagreements: counts.disagreements, rulesErr: counts.rulesErr, rulesErrSeen: counts.rulesErrSeen };
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
