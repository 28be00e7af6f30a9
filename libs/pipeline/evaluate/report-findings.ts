import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import type { Hash } from '@concord/core/ports';
import { readReport, REPORT_RULES, type DerivedReport, type ReportAssertion } from '@concord/modalities/radiology-report';
import { bootstrap } from './bootstrap.ts';
import { GOLD_FINDINGS, saysFinding, type GoldFinding } from './gold-findings.ts';
import { openiText } from './openi-report.ts';
import { readAgain, type SecondReader } from './second-reader.ts';
import type { ArchiveMember, Figures, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { readTable, type Row } from './table.ts';
import { TEXT_DISTURBANCES } from './text-disturbances.ts';

const REPORTS = 'reports_xml.zip';
const GOLD = 'gold_labels_14.csv';
/** Two findings whose names in the set are wider than in a report: calcified granulomas count as nodules, large lungs as emphysema. */
const LOOSE: ReadonlySet<GoldFinding> = new Set(['Nodule', 'Emphysema']);
const SALT = 'concord-report-rules';

/**
 * The report rules on whole reports with expert findings: a finding counts when a sentence of findings or impression asserts it.
 * @param reader the lab's sentence encoder: the same findings, each meant as it says, stand beside those of the rules.
 */
export function reportFindingsSuite(hash: Hash, reader?: SecondReader): Suite {
  return {
    name: 'report-findings',
    title: 'Which of 13 findings a report asserts, against expert labels, each with its sentence.',
    reads: [REPORTS, GOLD],
    run: (question) => judge(question, hash, reader),
  };
}

/**
 * The rules were written on one half of the reports, by the hash of their name; the other half only judges them.
 * @param hash hex SHA-256 of bytes.
 */
export function wroteRulesOn(report: string, hash: Hash): boolean {
  const digest = hash(Uint8Array.from(`${report}${SALT}`, (character) => character.charCodeAt(0)));
  return Number.parseInt(digest.slice(0, 8), 16) % 2 === 0;
}

/** One finding of one report. */
interface Judged {
  readonly finding: GoldFinding;
  readonly gold: boolean;
  readonly seen: boolean;
  readonly unit: number;
}

async function judge(
  { files, split, seed, draws, progress, detail }: SuiteQuestion,
  hash: Hash,
  reader: SecondReader | undefined,
): Promise<Result<SuiteReport, SuiteError>> {
  const [table, members] = [await readTable(files, GOLD), await files.members(REPORTS)];
  if (members === undefined) return err({ kind: 'missing-file', name: REPORTS });
  if (!table.ok) return table;
  const missing = ['filename', ...GOLD_FINDINGS].find((column) => table.value[0]?.cells[column] === undefined);
  if (missing !== undefined) return err({ kind: 'unreadable', name: GOLD, line: 1, reason: `no column ${missing}` });
  const rows = table.value.filter(({ cells }) => split === undefined || !wroteRulesOn(cells['filename'] ?? '', hash));
  const judged = await Promise.all(rows.map((row, unit) => judgedRow(row, members, { unit, reader })));
  const reports = judged.flatMap((each) => (each === undefined ? [] : [each]));
  const all = reports.flatMap(({ judged: own }) => own);
  const second = reader === undefined ? undefined : reports.flatMap(({ second: own }) => own);
  const plan = {
    units: rows.length,
    draws,
    rng: seededRng(seed),
    progress: (done: number, total: number) => {
      progress({ step: 'bootstrap', done, total });
    },
  };
  return ok({
    suite: 'report-findings',
    bundle: REPORT_RULES,
    n: reports.length,
    nPatients: 0,
    resampled: 'report',
    figures: {
      ...nested(flat(all, () => 1)),
      hits: reports.reduce((sum, { hits }) => sum + hits, 0),
      hitsWithSentence: reports.reduce((sum, { quoted }) => sum + quoted, 0),
      withoutReport: rows.length - reports.length,
      ...(detail === true && { robustness: await disturbed(rows, members) }),
      ...(second === undefined ? {} : { sentenceEncoder: { ...micro(second, () => 1), disagreements: disagreements(all, second) } }),
    },
    ci: bootstrap(plan, (draw) => drawn(all, second, (unit) => draw[unit] ?? 0)),
  });
}

/** Figures of one draw, those of the encoder under their own path. */
function drawn(all: readonly Judged[], second: readonly Judged[] | undefined, weightOf: (unit: number) => number): Readonly<Record<string, number>> {
  const own = second === undefined ? [] : Object.entries(micro(second, weightOf));
  return { ...flat(all, weightOf), ...Object.fromEntries(own.map(([name, value]) => [`sentenceEncoder.${name}`, value])) };
}

/** Micro-F1 over the same reports once their text arrives spoilt. */
async function disturbed(rows: readonly Row[], members: ReadonlyMap<string, ArchiveMember>): Promise<Readonly<Record<string, { readonly f1: number }>>> {
  const answers: Record<string, { readonly f1: number }> = {};
  for (const [name, spoil] of Object.entries(TEXT_DISTURBANCES)) {
    const rng = seededRng(name);
    const again = await Promise.all(rows.map((row, unit) => judgedRow(row, members, { unit, reader: undefined, spoil: (text) => spoil(text, rng) })));
    answers[name] = {
      f1:
        flat(
          again.flatMap((each) => each?.judged ?? []),
          () => 1,
        )['microF1'] ?? Number.NaN,
    };
  }
  return answers;
}

interface JudgedReport {
  readonly judged: readonly Judged[];
  /** As the sentence encoder means them; empty without one. */
  readonly second: readonly Judged[];
  readonly hits: number;
  /** Hits whose words stand inside a sentence of the report. */
  readonly quoted: number;
}

interface Place {
  readonly unit: number;
  readonly reader: SecondReader | undefined;
  readonly spoil?: (text: string) => string;
}

async function judgedRow({ cells }: Row, members: ReadonlyMap<string, ArchiveMember>, { unit, reader, spoil }: Place): Promise<JudgedReport | undefined> {
  const xml = members.get(`${cells['filename'] ?? ''}.xml`);
  if (xml === undefined) return undefined;
  const text = (spoil ?? ((plain) => plain))(openiText(xml.text()));
  const derived = readReport(text);
  const again = reader === undefined ? undefined : await readAgain(text, derived, reader);
  const judged: Judged[] = [];
  let [hits, quoted] = [0, 0];
  for (const finding of GOLD_FINDINGS) {
    const said = derived.assertions.filter((assertion) => saysFinding(finding, assertion, derived));
    judged.push({ finding, gold: cells[finding] === '1', seen: said.length > 0, unit });
    if (said.length === 0) continue;
    hits += 1;
    if (said.every((assertion) => isQuoted(assertion, derived))) quoted += 1;
  }
  const second =
    again === undefined ? [] : judged.map((each) => ({ ...each, seen: again.assertions.some((assertion) => saysFinding(each.finding, assertion, again)) }));
  return { judged, second, hits, quoted };
}

function micro(rows: readonly Judged[], weightOf: (unit: number) => number): Readonly<Record<'microF1' | 'microF1NoNoduleEmphysema', number>> {
  const { microF1 = Number.NaN, microF1NoNoduleEmphysema = Number.NaN } = flat(rows, weightOf);
  return { microF1, microF1NoNoduleEmphysema };
}

/** Findings of a report about which rules and encoder differ, and how often the rules err there and in all. */
function disagreements(rules: readonly Judged[], second: readonly Judged[]): Readonly<Record<'differ' | 'rulesErr' | 'rulesErrSeen', number>> {
  const count = (holds: (row: Judged, differs: boolean) => boolean): number => rules.filter((row, at) => holds(row, row.seen !== second[at]?.seen)).length;
  return {
    differ: count((_, differs) => differs),
    rulesErr: count(({ gold, seen }) => gold !== seen),
    rulesErrSeen: count(({ gold, seen }, differs) => differs && gold !== seen),
  };
}

function isQuoted({ sentence, start, end }: ReportAssertion, { sentences }: DerivedReport): boolean {
  const whole = sentences[sentence];
  return whole !== undefined && start >= whole.start && end <= whole.end && end > start;
}

interface Counts {
  tp: number;
  fp: number;
  fn: number;
}

/** Every figure by its path. */
function flat(rows: readonly Judged[], weightOf: (unit: number) => number): Readonly<Record<string, number>> {
  const counts = new Map<GoldFinding, Counts>(GOLD_FINDINGS.map((finding) => [finding, { tp: 0, fp: 0, fn: 0 }]));
  for (const { finding, gold, seen, unit } of rows) {
    const own = counts.get(finding);
    if (own !== undefined && (gold || seen)) own[gold && seen ? 'tp' : gold ? 'fn' : 'fp'] += weightOf(unit);
  }
  const each = [...counts].map(([finding, own]) => [finding, own] as const);
  const strict = each.filter(([finding]) => !LOOSE.has(finding));
  const defined = each.map(([, own]) => f1(own)).filter((value) => !Number.isNaN(value));
  return {
    microF1: f1(summed(each.map(([, own]) => own))),
    microF1NoNoduleEmphysema: f1(summed(strict.map(([, own]) => own))),
    macroF1: defined.reduce((sum, value) => sum + value, 0) / defined.length,
    microPrecision: precision(summed(each.map(([, own]) => own))),
    microRecall: recall(summed(each.map(([, own]) => own))),
    ...Object.fromEntries(
      each.flatMap(([finding, own]) => [
        [`perFinding.${finding}.precision`, precision(own)],
        [`perFinding.${finding}.recall`, recall(own)],
        [`perFinding.${finding}.f1`, f1(own)],
      ]),
    ),
  };
}

function nested(figures: Readonly<Record<string, number>>): Figures {
  const top = Object.entries(figures).filter(([path]) => !path.includes('.'));
  const of = (finding: string, name: string): number => figures[`perFinding.${finding}.${name}`] ?? Number.NaN;
  const perFinding = GOLD_FINDINGS.map((finding) => [finding, { precision: of(finding, 'precision'), recall: of(finding, 'recall'), f1: of(finding, 'f1') }]);
  return { ...Object.fromEntries(top), perFinding: Object.fromEntries(perFinding) as Figures };
}

function summed(counts: readonly Counts[]): Counts {
  return counts.reduce((sum, { tp, fp, fn }) => ({ tp: sum.tp + tp, fp: sum.fp + fp, fn: sum.fn + fn }), { tp: 0, fp: 0, fn: 0 });
}

function precision({ tp, fp }: Counts): number {
  return tp / (tp + fp);
}

function recall({ tp, fn }: Counts): number {
  return tp / (tp + fn);
}

function f1({ tp, fp, fn }: Counts): number {
  return (2 * tp) / (2 * tp + fp + fn);
}
