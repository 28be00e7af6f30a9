import { beginsLabel, type Section, type SectionName } from './sections.ts';
import type { Span } from './words.ts';

/** One sentence without the section's heading, list number and outer blanks; an organ's label stays, it says whose the words are, in UTF-16 units of the report. */
export interface Sentence extends Span {
  readonly section: SectionName;
}

/** Words that end in a point and end no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|vs|e\.g|i\.e|etc|approx|ca|no|nos|fig|inc|resp|min|max|cf|al|a\.m|p\.m|jr|sr|vol|ave|[a-z])\.$/i;
/** Beginning of a list item: "1.", "2)", "-", "•", "a)". */
const ITEM = /^[ \t]*(?:\(?\d{1,2}[.)]|[-*•–]|[a-z]\))[ \t]+/;
/** A line this much shorter than the longest was ended by its writer, not wrapped. */
const SHORT_LINE = 0.7;
/** No one ends a line for good with these: what they point to comes next, and a "no" must reach it. */
const UNFINISHED =
  /(?:^|[\s(])(?:a|an|the|no|not|without|any|nor|neither|or|and|of|in|on|at|to|by|for|from|with|within|into|is|are|was|were|has|have|may|versus|vs\.?|than|as|,)$|[,(/-]$/i;
/** A line that no mark ends. */
const OPEN = /[^.!?:]$/;
/** A text was wrapped by machine when this share of its unfinished lines goes on in small letters. */
const WRAPPED = 0.5;

/** Sentences of the sections in reading order. */
export function sentencesOf(text: string, sections: readonly Section[]): readonly Sentence[] {
  const width = wrapWidth(text);
  return sections.flatMap((section) =>
    stretches(text, section, width)
      .map((span) => trimmed(text, span))
      .filter(({ start, end }) => /[\p{L}\p{N}]/u.test(text.slice(start, end)))
      .map((span) => ({ ...span, section: section.name })),
  );
}

/** How long a line must be to have been wrapped, not ended: none, where lines break in the middle of sentences everywhere. */
function wrapWidth(text: string): number {
  const lines = text.split('\n').map((line) => line.trim());
  const isWrapped = /\p{Ll}/u.test(text) ? goesOnInSmallLetters(lines) : endsPartsWithPoints(lines);
  return isWrapped ? 0 : Math.max(...lines.map(({ length }) => length));
}

function goesOnInSmallLetters(lines: readonly string[]): boolean {
  const open = lines.flatMap((line, at) => (OPEN.test(line) && lines[at + 1] !== '' ? [lines[at + 1] ?? ''] : []));
  const goesOn = open.filter((next) => /^\p{Ll}/u.test(next)).length;
  return goesOn > 1 && goesOn >= WRAPPED * open.length;
}

/** Capitals tell nothing: but who ends a sentence inside a line, and the parts of a report, with a point would have ended a line with one. */
function endsPartsWithPoints(lines: readonly string[]): boolean {
  const last = lines.filter((line, at) => at > 0 && line !== '' && /^(?:$|[A-Z ]+:)/.test(lines[at + 1] ?? ''));
  const open = last.filter((line) => OPEN.test(line)).length;
  return lines.some((line) => /[.!?][ \t]+\S/.test(line)) && open < (1 - WRAPPED) * last.length;
}

function stretches(text: string, { start, end }: Span, width: number): readonly Span[] {
  const spans: Span[] = [];
  let from = start;
  for (let at = start; at < end; at += 1) {
    const stop = breakAfter(text, at, { start: from, end }, width);
    if (!stop) continue;
    spans.push({ start: from, end: at + 1 });
    from = at + 1;
  }
  return [...spans, { start: from, end }];
}

function breakAfter(text: string, at: number, { start, end }: Span, width: number): boolean {
  const mark = text.charAt(at);
  if (mark === '\n') return lineEnds(text, at, { start, end }, width);
  if (mark !== '.' && mark !== '!' && mark !== '?') return false;
  const next = text.slice(at + 1, Math.min(end, at + 3));
  if (next !== '' && !/^["')\]]?\s/.test(next)) return false;
  const before = text.slice(Math.max(start, at - 12), at + 1);
  if (mark === '.' && ABBREVIATION.test(before)) return false;
  // "1. Effusion": the number heads an item, it ends nothing.
  return !/^\s*\(?\d{1,2}\.$/.test(text.slice(lineStart(text, at, start), at + 1));
}

/** A line end that its writer meant: an empty line, a list item or a label next, or a short and finished line before a capital. */
function lineEnds(text: string, at: number, { start, end }: Span, width: number): boolean {
  const next = text.slice(at + 1, end);
  if (/^[ \t\r]*(?:\n|$)/.test(next) || ITEM.test(next)) return true;
  const indent = /^[ \t]*/.exec(next)?.[0].length ?? 0;
  if (beginsLabel(text, at + 1 + indent)) return true;
  const [word = ''] = /^\S+/.exec(next.slice(indent)) ?? [];
  return /^[\p{Lu}\d]/u.test(word) && wasEnded(text.slice(lineStart(text, at, start), at).trimEnd(), word, width);
}

function wasEnded(line: string, next: string, width: number): boolean {
  return line.length < width * SHORT_LINE && line.length + 1 + next.length <= width && !UNFINISHED.test(line);
}

function lineStart(text: string, at: number, floor: number): number {
  return Math.max(floor, text.lastIndexOf('\n', at - 1) + 1);
}

function trimmed(text: string, { start, end }: Span): Span {
  const first = pastBlanks(text, start, end);
  // Again after the number: "1." may stand on a line of its own.
  const from = pastBlanks(text, first + (ITEM.exec(text.slice(first, end))?.[0].length ?? 0), end);
  let to = end;
  while (to > from && /\s/.test(text.charAt(to - 1))) to -= 1;
  return { start: from, end: to };
}

function pastBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\s/.test(text.charAt(at))) at += 1;
  return at;
}
