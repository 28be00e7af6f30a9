import { spelled } from './spelling.ts';
import type { Span } from './words.ts';

/** Parts of a report, whatever the house calls them. The order is the order of the model's features: append only. */
export const SECTION_NAMES = ['indication', 'technique', 'comparison', 'findings', 'impression', 'recommendation', 'communication', 'other'] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** LOINC codes of the sections (HL7 Europe imaging report). */
export const SECTION_LOINC: Readonly<Partial<Record<SectionName, string>>> = {
  indication: '55115-0',
  technique: '55111-9',
  comparison: '18834-2',
  findings: '59776-5',
  impression: '19005-8',
  recommendation: '18783-1',
  communication: '73568-8',
};

/** A section's body without its heading, in UTF-16 units of the report. */
export interface Section extends Span {
  readonly name: SectionName;
  /** The heading as written; empty for text before any heading. */
  readonly title: string;
}

const HEADINGS: readonly (readonly [SectionName, string])[] = [
  [
    'indication',
    'indications?|clinical (?:indications?|history|information|data|details|statement|question|background)|history|reason for (?:exam(?:ination)?|study|referral)|request|hx|patient history|presenting complaint|provided history',
  ],
  ['technique', 'technique|procedure|exam(?:ination)?|study|procedure description|views?|protocol|type of exam'],
  ['comparison', 'comparisons?|compared (?:to|with)|prior stud(?:y|ies)|priors'],
  ['findings', 'findings?|observations?|report|description|result|body of report|chest|discussion|interpretation|narrative'],
  ['impression', 'impressions?|conclusions?|opinion|assessment|summary|diagnos[ie]s|imp|final impression|comment|bottom line'],
  ['recommendation', 'recommendations?|follow[- ]?up|advice|suggestions?|plan'],
  ['communication', 'communication|critical results?|notification|results? communicated'],
];

/** Organs that structured reports head their lines with; the line stays part of the section it stands in. */
const ORGANS =
  'lungs?(?: and (?:airways?|pleurae?))?|pleura(?:e|l spaces?)?|heart(?: and (?:mediastinum|great vessels))?|cardiac(?: silhouette)?|cardiomediastinal silhouette|mediastinum(?: and hila)?|hila|bones?(?: and soft tissues)?|soft tissues|osseous structures|upper abdomen|abdomen|diaphragm|lines(?:,? (?:and )?tubes)?(?: and devices)?|lines\\/tubes|devices|support devices|airways?|vessels|pulmonary vasculature|other';

const LABEL = new RegExp(`^(?:${[...HEADINGS.map(([, words]) => words), ORGANS].join('|')})`, 'i');
const LETTER = /[A-Za-z]/;
/** A label has no more letters than this, so no more of the text is looked at for one. */
const LONGEST_LABEL = 60;

/** Headings that are known without their colon, where an interface lost it: they name no organ, and no title begins with them. */
const UNMISTAKABLE =
  /^(?:clinical (?:indications?|history|information|data|details)|history|indications?|comparisons?|technique|report|findings?|impressions?|conclusions?|recommendations?)$/i;
/** These begin no sentence of their own ("Conclusion of the last report" is kept out by the word that follows). */
const NEVER_A_SUBJECT = /^(?:clinical|indication|impression|conclusion)/i;
/** A word that goes on with a sentence whose subject the would-be heading is. */
const GOES_ON =
  /^(?:is|are|was|were|of|to|with|for|in|on|at|from|and|or|has|have|had|may|might|could|can|will|as|by|made|consistent|compatible|concerning|suggest\w*|represent\w*|favor\w*|discussed|called|taking|obtained|provided)\b/i;

/**
 * Parts a report by its headings: a known heading with a colon at the head of a line, one alone on its line, or one in
 * capitals with a colon anywhere; without its colon one that can be nothing else. A heading with a slip of the pen is one: passed over, all
 * that stands under it would be read as another section. A report without headings is all findings; what stands before the first is `other`.
 */
export function sectionsOf(text: string): readonly Section[] {
  const headings = headingsOf(text);
  const first = headings[0];
  if (first === undefined) return [{ name: 'findings', title: '', start: 0, end: text.length }];
  const before: readonly Section[] =
    first.start > 0 && LETTER.test(text.slice(0, first.start)) ? [{ name: 'other', title: '', start: 0, end: first.start }] : [];
  return [...before, ...headings.map(({ name, title, end }, index) => ({ name, title, start: end, end: headings[index + 1]?.start ?? text.length }))];
}

interface Heading extends Span {
  readonly name: SectionName;
  readonly title: string;
}

function headingsOf(text: string): readonly Heading[] {
  const inCapitals = !/\p{Ll}/u.test(text);
  const found: Heading[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const heading = LETTER.test(text.charAt(at)) && !LETTER.test(text.charAt(at - 1)) ? headingAt(text, at, inCapitals) : undefined;
    if (heading === undefined) continue;
    const [name] = HEADINGS.find(([, words]) => new RegExp(`^(?:${words})$`, 'i').test(heading.meant)) ?? [undefined];
    if (name !== undefined) found.push({ start: heading.start, end: heading.end, title: heading.title, name });
    at = heading.end - 1;
  }
  return found;
}

interface Label extends Span {
  /** As written. */
  readonly title: string;
  /** As it is spelled. */
  readonly meant: string;
}

/** A heading or an organ label that begins here, its colon and the blanks after it included. */
function headingAt(text: string, at: number, textInCapitals: boolean): Label | undefined {
  const label = labelAt(text, at);
  if (label === undefined) return undefined;
  const rest = text.slice(label.end);
  const atLineHead = /(?:^|[\r\n])[ \t*#>\d.)-]*$/.test(text.slice(Math.max(0, at - 12), at));
  const tail = /^[ \t]*([:：]|(?=\r?\n|$))[ \t]*/.exec(rest);
  if (tail !== null) return atLineHead || (tail[1] !== '' && isCapital(label)) ? longer(label, tail[0]) : undefined;
  return atLineHead && isHeadingWithoutColon(text, label, textInCapitals) ? longer(label, /^[ \t]*/.exec(rest)?.[0] ?? '') : undefined;
}

function longer(label: Label, tail: string): Label {
  return { ...label, end: label.end + tail.length };
}

function isCapital({ title }: Label): boolean {
  return title === title.toUpperCase() && title.length > 2;
}

/** Sure where its capitals stand out; elsewhere after an end, before what looks like a beginning. */
function isHeadingWithoutColon(text: string, label: Label, textInCapitals: boolean): boolean {
  const next = /^[ \t]+(\S.{0,20})/.exec(text.slice(label.end))?.[1];
  if (next === undefined || !UNMISTAKABLE.test(label.meant) || GOES_ON.test(next)) return false;
  if (isCapital(label) && !textInCapitals) return true;
  return endedBefore(text, label.start) && (isCapital(label) || NEVER_A_SUBJECT.test(label.meant) || /^[\p{Lu}\d]/u.test(next));
}

/** The words of the label that begins here. */
function labelAt(text: string, at: number): Label | undefined {
  const here = text.slice(at, at + LONGEST_LABEL);
  const [plain] = LABEL.exec(here) ?? [];
  if (plain !== undefined) return { title: plain, meant: plain, start: at, end: at + plain.length };
  const [title = ''] = /^[A-Za-z]+/.exec(here) ?? [];
  const meant = spelled(title.toLowerCase());
  return meant !== title.toLowerCase() && LABEL.exec(meant)?.[0] === meant ? { title, meant, start: at, end: at + title.length } : undefined;
}

/** Nothing before it, an empty line, or a sentence that ended. */
function endedBefore(text: string, at: number): boolean {
  return /(?:^|[.!?:]|\n[ \t\r]*)\s*$/.test(text.slice(Math.max(0, at - 12), at).replace(/\n[ \t*#>\d.)-]*$/, ''));
}

/** True when a heading or an organ label begins here: a writer starts a new line for it. */
export function beginsLabel(text: string, at: number): boolean {
  const heading = headingAt(text, at, true);
  return heading !== undefined && text.slice(at, heading.end).includes(':');
}
