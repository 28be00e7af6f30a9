import type { Circumstance } from './context-rules.ts';
import { circumstancesOf, type Circumstances } from './context.ts';
import type { DerivedReport, ReportAssertion } from './derived.ts';
import type { Assertion, Course, Extent, Finding } from './findings.ts';
import { COURSE_PHRASES, EXTENT_PHRASES, LEXICON } from './lexicon.ts';
import { findPhrases, phraseBook, type Match } from './patterns.ts';
import { sectionsOf } from './sections.ts';
import { sentencesOf, type Sentence } from './sentences.ts';
import { spelledRight } from './spelling.ts';
import { tokensOf, type Token } from './words.ts';

/** Version of lexicon and rules; raise it when either changes what a report yields. */
export const REPORT_RULES = 'report-rules-3';

interface Name {
  readonly finding: Finding | null;
  /** True for a phrase that states the normal counterpart. */
  readonly denies: boolean;
}

const NAMES = phraseBook<Name>(
  LEXICON.flatMap(({ finding, names, denies = [] }): readonly (readonly [readonly string[], Name])[] => [
    [names, { finding, denies: false }],
    [denies, { finding, denies: true }],
  ]),
);
const AMOUNTS = phraseBook(EXTENT_PHRASES.map(({ phrases, extent }) => [phrases, extent] as const));
const CHANGES = phraseBook(COURSE_PHRASES.map(({ phrases, course }) => [phrases, course] as const));

/** Words between a finding and a word of amount or change that may still belong to it. */
const BESIDE_WORDS = 5;

/** Sections, sentences and assertions of a report. The same text always gives the same answer. */
export function readReport(text: string): DerivedReport {
  const sections = sectionsOf(text);
  const sentences = sentencesOf(text, sections);
  const assertions = sentences.flatMap((sentence, index) => assertionsOf(text, sentence, index));
  return { rules: REPORT_RULES, sections: [...sections], sentences: [...sentences], assertions };
}

function assertionsOf(text: string, sentence: Sentence, index: number): readonly ReportAssertion[] {
  const tokens = spelledRight(tokensOf(text, sentence));
  const names = findPhrases(NAMES, tokens);
  return names.flatMap((match) => {
    const { finding, denies } = match.meaning;
    const span = { start: tokens[match.from]?.start ?? 0, end: tokens[match.to - 1]?.end ?? 0 };
    if (finding === null) return [];
    const assertion = denies ? 'absent' : assertionFrom(circumstancesOf(tokens, span));
    const words = assertion === 'present' || assertion === 'possible' ? wordsBeside(tokens, match, names) : {};
    return [{ finding, assertion, sentence: index, ...span, ...words }];
  });
}

/** One word for what reached the finding: a relative's before the past's, what is denied before what is doubted. */
const PRECEDENCE: readonly (readonly [Circumstance, Assertion])[] = [
  ['family', 'family'],
  ['absent', 'absent'],
  ['historical', 'historical'],
  ['possible', 'possible'],
];

export function assertionFrom(circumstances: Circumstances): Assertion {
  return PRECEDENCE.find(([circumstance]) => circumstances.has(circumstance))?.[1] ?? 'present';
}

interface Beside {
  readonly extent?: Extent;
  readonly course?: Course;
}

/** The nearest word of amount and of change in the same clause, not past another finding. */
function wordsBeside(tokens: readonly Token[], match: Match<Name>, names: readonly Match<Name>[]): Beside {
  const index = names.indexOf(match);
  const from = Math.max(names[index - 1]?.to ?? 0, match.from - BESIDE_WORDS);
  const to = Math.min(names[index + 1]?.from ?? tokens.length, match.to + BESIDE_WORDS);
  // The finding's own words count too: "hazy density", "enlarged heart is markedly".
  const near = tokens.slice(from, to);
  const extent = findPhrases(AMOUNTS, near)[0]?.meaning;
  const course = findPhrases(CHANGES, near)[0]?.meaning;
  return { ...(extent === undefined ? {} : { extent }), ...(course === undefined ? {} : { course }) };
}
