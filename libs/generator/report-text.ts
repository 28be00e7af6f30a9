import type { Rng } from '@concord/core/ports';
import type { Condition } from './latent-state.ts';
import { oneOf, type FactFinding, type ReportFact } from './report-facts.ts';
import {
  CLOSINGS,
  COMPARISONS,
  COURSE_WORDS,
  DEGREE_NOUN_WORDS,
  DEGREE_WORDS,
  DEVICE_WORDS,
  EXTENT_WORDS,
  INDICATIONS,
  NORMAL_IMPRESSIONS,
  PHRASES,
  TITLES,
  ZONE_WORDS,
} from './report-phrases.ts';

/** Habits of different writers: prose under headings, one line per organ, a short note, capitals, a letter without headings. */
export const REPORT_STYLES = ['prose', 'by-organ', 'note', 'capitals', 'plain'] as const;
export type ReportStyle = (typeof REPORT_STYLES)[number];

export interface ReportWish {
  readonly facts: readonly ReportFact[];
  readonly condition: Condition;
  readonly rng: Rng;
  readonly style?: ReportStyle;
  /** View of the film that is read: a title that names another one is not written. */
  readonly view?: 'PA' | 'AP';
}

/** A radiology report that says these facts and no others about the chest. The same wish gives the same text. */
export function reportText({ facts, condition, rng, style = oneOf(rng, REPORT_STYLES), view }: ReportWish): string {
  const parts: Parts = {
    title: titleFor(view, rng),
    indication: oneOf(rng, INDICATIONS[condition]),
    comparison: oneOf(rng, COMPARISONS),
    findings: ordered(facts, rng).map((fact) => ({ fact, sentence: sentenceOf(fact, rng) })),
    impression: impressionOf(facts, rng),
  };
  return WRITERS[style](parts, rng);
}

function titleFor(view: ReportWish['view'], rng: Rng): string {
  if (view === undefined) return oneOf(rng, TITLES);
  return oneOf(
    rng,
    view === 'PA' ? ['XR CHEST PA', 'CHEST, ONE VIEW', 'XR CHEST 1 VIEW'] : ['CHEST RADIOGRAPH, PORTABLE AP', 'Portable chest', 'Chest X-ray (AP, supine)'],
  );
}

interface Parts {
  readonly title: string;
  readonly indication: string;
  readonly comparison: string;
  readonly findings: readonly { readonly fact: ReportFact; readonly sentence: string }[];
  readonly impression: readonly string[];
}

const WRITERS: Readonly<Record<ReportStyle, (parts: Parts, rng: Rng) => string>> = {
  prose: (parts, rng) =>
    [
      `${parts.title}.`,
      `Indication: ${parts.indication}`,
      ...(rng.next() < 0.6 ? [`Comparison: ${parts.comparison}`] : []),
      `Findings: ${sentences(parts).join(' ')}`,
      `Impression: ${parts.impression.join(' ')}`,
    ].join(rng.next() < 0.5 ? '\n' : '\n\n'),
  'by-organ': (parts) =>
    [
      `EXAM: ${parts.title}`,
      `CLINICAL HISTORY: ${parts.indication}`,
      `COMPARISON: ${parts.comparison}`,
      '',
      'FINDINGS:',
      ...organs(parts),
      '',
      'IMPRESSION:',
      ...parts.impression.map((line, index) => `${index + 1}. ${line}`),
    ].join('\n'),
  note: (parts) =>
    [`Clinical information: ${parts.indication}`, `Report: ${sentences(parts).join(' ')}`, `Conclusion: ${parts.impression.join(' ')}`].join('\n'),
  capitals: (parts) =>
    [`${parts.title}:`, `HISTORY: ${parts.indication}`, `FINDINGS: ${sentences(parts).join('  ')}`, `IMPRESSION: ${parts.impression.join('  ')}`]
      .join('\n')
      .toUpperCase(),
  plain: (parts) => sentences(parts).join(' '),
};

function sentences({ findings }: Parts): readonly string[] {
  return findings.map(({ sentence }) => sentence);
}

const ORGANS: readonly (readonly [string, readonly FactFinding[]])[] = [
  ['LINES AND TUBES', ['device']],
  ['LUNGS', ['emphysema', 'consolidation', 'opacity', 'pneumonia', 'atelectasis', 'nodule', 'edema']],
  ['PLEURA', ['effusion', 'pneumothorax']],
  ['HEART', ['cardiomegaly']],
  ['BONES', ['fracture']],
];

function organs({ findings }: Parts): readonly string[] {
  return ORGANS.flatMap(([organ, of]) => {
    const mine = findings.filter(({ fact }) => of.includes(fact.finding)).map(({ sentence }) => sentence);
    return mine.length === 0 ? [] : [`${organ}: ${mine.join(' ')}`];
  });
}

/** The one to three things that matter, most serious first; a normal film says so. */
function impressionOf(facts: readonly ReportFact[], rng: Rng): readonly string[] {
  const weighty = facts.filter(
    ({ finding, certainty }) => certainty !== 'absent' && certainty !== 'historical' && finding !== 'device' && finding !== 'emphysema',
  );
  const closing = rng.next() < 0.25 ? [oneOf(rng, CLOSINGS)] : [];
  if (weighty.length === 0) {
    const known = facts.some(({ finding, certainty }) => finding === 'emphysema' && certainty === 'present');
    return [known ? 'No acute cardiopulmonary abnormality.' : oneOf(rng, NORMAL_IMPRESSIONS), ...closing];
  }
  return [...weighty.slice(0, 3).map((fact) => sentenceOf(fact, rng)), ...closing];
}

/** One sentence that says the fact. */
export function sentenceOf(fact: ReportFact, rng: Rng): string {
  const choices = PHRASES[fact.finding][fact.certainty];
  if (choices === undefined) throw new RangeError(`no sentence says ${fact.finding} ${fact.certainty}`);
  const template = placeless(chosen(oneOf(rng, choices), rng), fact);
  const filled = template.replace(/\{(\w+)\}/g, (_, slot: string) => slotOf(slot, { fact, template, rng }));
  const tidy = filled
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;])/g, '')
    .replace(/,? (?:and|,)(?=\.)/g, '')
    .replace(/[,\s]+\./g, '.')
    .replace(/, and,/g, ',')
    .replace(/\bthe (?:both|bilateral)\b/g, 'both')
    .trim();
  return withPlural(tidy.charAt(0).toUpperCase() + tidy.slice(1), fact);
}

/** A fact without a place is said without one: "opacity is seen", not "opacity is seen in the". */
function placeless(template: string, { side, zone }: ReportFact): string {
  if (side !== undefined || zone !== undefined) return template;
  return template.replace(/ (?:occupies|involves) the \{side\} \{zone\}/, ' is seen').replace(/ (?:in|at|of|over|projecting over) the \{side\} \{zone\}/, '');
}

interface Slot {
  readonly fact: ReportFact;
  readonly template: string;
  readonly rng: Rng;
}

function slotOf(slot: string, wish: Slot): string {
  return SLOTS[slot]?.(wish) ?? '';
}

const SLOTS: Readonly<Record<string, (wish: Slot) => string>> = {
  side: ({ fact }) => (fact.side === 'both' ? 'bilateral' : (fact.side ?? '')),
  zone: ({ fact, rng }) => (fact.zone === undefined ? '' : oneOf(rng, ZONE_WORDS[fact.zone])),
  extent: ({ fact, template, rng }) => (fact.extent === undefined ? '' : extentWord(fact.finding, fact.extent, { template, rng })),
  course: ({ fact, rng }) => (fact.course === undefined ? '' : oneOf(rng, COURSE_WORDS[fact.course])),
  device: ({ fact, rng }) => (fact.device === undefined ? '' : oneOf(rng, DEVICE_WORDS[fact.device])),
};

function extentWord(finding: FactFinding, extent: 'small' | 'moderate' | 'large', { template, rng }: { readonly template: string; readonly rng: Rng }): string {
  if (finding === 'cardiomegaly') return oneOf(rng, /\{extent\} enlarged/.test(template) ? DEGREE_WORDS[extent] : DEGREE_NOUN_WORDS[extent]);
  if (finding === 'edema') return oneOf(rng, DEGREE_NOUN_WORDS[extent]).replace('borderline', 'mild');
  return oneOf(rng, EXTENT_WORDS[extent]);
}

/** "There is bilateral pleural effusion" is said in the plural, and "a" goes before what can be counted. */
function withPlural(sentence: string, { side, finding }: ReportFact): string {
  if (finding !== 'effusion') return sentence;
  if (side !== 'both') return sentence.replace(/^There is (?!no\b)(\w)/, (_, letter: string) => `There is ${/[aeiou]/.test(letter) ? 'an' : 'a'} ${letter}`);
  return sentence
    .replace(/^There is (?!no\b)/, 'There are ')
    .replace(/effusion\b(?!s)/g, 'effusions')
    .replace(/effusions is\b/g, 'effusions are')
    .replace('costophrenic angle', 'costophrenic angles')
    .replace('costophrenic sulcus', 'costophrenic sulci');
}

function chosen(template: string, rng: Rng): string {
  let text = template;
  for (let match = /\[([^[\]]*)\]/.exec(text); match !== null; match = /\[([^[\]]*)\]/.exec(text)) {
    const choices = (match[1] ?? '').split('|');
    const choice = choices[Math.floor(rng.next() * choices.length)] ?? '';
    text = `${text.slice(0, match.index)}${choice}${text.slice(match.index + match[0].length)}`;
  }
  return text;
}

/** Most writers go from the lungs outward; some as it comes to mind. */
function ordered(facts: readonly ReportFact[], rng: Rng): readonly ReportFact[] {
  const usual = ORGANS.flatMap(([, of]) => of);
  const byHabit = rng.next() < 0.7;
  return facts
    .map((fact) => ({ fact, key: byHabit ? usual.indexOf(fact.finding) : rng.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ fact }) => fact);
}
