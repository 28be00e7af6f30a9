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

const LABEL = new RegExp(`(?:${[...HEADINGS.map(([, words]) => words), ORGANS].join('|')})`, 'iy');
const LETTER = /[A-Za-z]/;

/**
 * Parts a report by its headings: a known heading with a colon at the head of a line, one alone on its line, or one in
 * capitals with a colon anywhere. A report without headings is all findings; what stands before the first is `other`.
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
  const found: Heading[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const heading = LETTER.test(text.charAt(at)) && !LETTER.test(text.charAt(at - 1)) ? headingAt(text, at) : undefined;
    if (heading === undefined) continue;
    const [name] = HEADINGS.find(([, words]) => new RegExp(`^(?:${words})$`, 'i').test(heading.title)) ?? [undefined];
    if (name !== undefined) found.push({ ...heading, name });
    at = heading.end - 1;
  }
  return found;
}

/** A heading or an organ label that begins here, its colon and the blanks after it included. */
function headingAt(text: string, at: number): (Span & { readonly title: string }) | undefined {
  LABEL.lastIndex = at;
  const [longest] = LABEL.exec(text) ?? [];
  if (longest === undefined) return undefined;
  const tail = /^[ \t]*([:：]|(?=\r?\n|$))[ \t]*/.exec(text.slice(at + longest.length));
  if (tail === null) return undefined;
  const lineHead = /(?:^|[\r\n])[ \t*#>\d.)-]*$/.test(text.slice(Math.max(0, at - 12), at));
  const hasColon = tail[1] !== '';
  const inCapitals = longest === longest.toUpperCase() && longest.length > 2;
  if (!lineHead && !(hasColon && inCapitals)) return undefined;
  return { title: longest, start: at, end: at + longest.length + tail[0].length };
}

/** True when a heading or an organ label begins here: a writer starts a new line for it. */
export function beginsLabel(text: string, at: number): boolean {
  const heading = headingAt(text, at);
  return heading !== undefined && text.slice(at, heading.end).includes(':');
}
