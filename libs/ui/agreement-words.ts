import type { WireConcordance } from '@concord/contracts';
import type { GlyphName } from './glyph.tsx';
import { listed, modalityWords } from './words.ts';

export type Agreement = WireConcordance['findings'][number];
type Sign = WireConcordance['signs'][number];
export type Statement = Agreement['statements'][number];

const FINDINGS: Readonly<Record<string, string>> = {
  'airspace-opacity': 'Opacity in the lung',
  'pleural-effusion': 'Pleural effusion',
  cardiomegaly: 'Enlarged heart',
  pneumothorax: 'Pneumothorax',
  atelectasis: 'Atelectasis',
  'pulmonary-edema': 'Pulmonary edema',
  'nodule-or-mass': 'Nodule or mass',
};

/** A finding as it stands in a row. */
export function findingWord(finding: string): string {
  return FINDINGS[finding] ?? finding;
}

const STANCES: Readonly<Record<Statement['stance'], string>> = { present: 'present', absent: 'absent', uncertain: 'not sure', suggested: 'fits' };
/** A model that keeps to neither threshold: beside a small chance `not sure` would read as a slip. */
const NEITHER = 'neither shown nor ruled out';

/** `report: absent`, `image: present, 84 %` */
export function statementWords({ modality, stance, probability, text }: Statement): string {
  const said = stance === 'uncertain' && probability !== null ? NEITHER : STANCES[stance];
  return `${modalityWords(modality).word.toLowerCase()}: ${said}${probability === null ? '' : `, ${text}`}`;
}

/** A verdict by shape and word; never by colour alone. */
export function verdictWords({ verdict, statements }: Agreement): { readonly glyph: GlyphName; readonly word: string } {
  const looked = sourcesOf(statements.filter(({ stance }) => stance !== 'suggested'));
  switch (verdict) {
    case 'agree':
      return { glyph: 'i-ok', word: 'agree' };
    case 'disagree':
      return { glyph: 'i-differ', word: `${listed(looked)} contradict each other` };
    case 'undecided':
      return { glyph: 'i-note', word: `the ${listed(sourcesOf(statements.filter(({ stance }) => stance === 'uncertain')))} cannot tell` };
    case 'one-source':
      return { glyph: 'i-note', word: `only the ${listed(looked)} looked` };
    case 'apart':
      return { glyph: 'i-stale', word: 'looked more than a day apart' };
  }
}

function sourcesOf(statements: Agreement['statements']): readonly string[] {
  return [...new Set(statements.map(({ modality }) => modalityWords(modality).word.toLowerCase()))];
}

/** One line about signs that two devices measure. */
export interface SignLineWords {
  readonly verdict: Sign['verdict'];
  readonly name: string;
  readonly glyph: GlyphName;
  readonly word: string;
  readonly said: string;
}

/** Each contradiction with both numbers and which one counts now, then in one line the signs on which two devices agree. */
export function signLines(signs: readonly Sign[]): readonly SignLineWords[] {
  const agreeing = signs.filter(({ verdict, code }) => verdict === 'agree' && !signs.some((other) => other.code === code && other.verdict === 'disagree'));
  const names = [...new Set(agreeing.map(({ name }) => name))];
  const contradictions = signs.filter(({ verdict }) => verdict === 'disagree').map(contradiction);
  return names.length === 0
    ? contradictions
    : [...contradictions, { verdict: 'agree', name: listed(names), glyph: 'i-ok', word: 'two devices agree', said: '' }];
}

function contradiction({ name, unit, used, other }: Sign): SignLineWords {
  const told = ({ device, number }: Sign['used']): string => `${device ?? 'entered by hand'}: ${number}${unit === '%' ? '' : ' '}${unit}`;
  const said = `${told(used)}, the newest, which counts as the value now; ${told(other)}`;
  return { verdict: 'disagree', name, glyph: 'i-differ', word: 'two devices contradict each other', said };
}

export const REVIEWS: Readonly<Record<NonNullable<WireConcordance['review']>['outcome'], string>> = {
  'report-stands': 'the report stands',
  'film-stands': 'the film stands',
  'both-possible': 'both are possible',
  'not-this-patient': 'one of them is not of this patient',
};

/** Contradictions first: they are what somebody has to look at. */
export function byVerdict(a: Agreement, b: Agreement): number {
  const rank = ['disagree', 'undecided', 'apart', 'agree', 'one-source'];
  return rank.indexOf(a.verdict) - rank.indexOf(b.verdict);
}
