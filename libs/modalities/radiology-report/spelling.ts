import { z } from 'zod';
import { CONTEXT_RULES } from './context-rules.ts';
import { COURSE_PHRASES, EXTENT_PHRASES, LEXICON } from './lexicon.ts';
import data from './spelling.json' with { type: 'json' };
import type { Token } from './words.ts';

const words = z.array(z.string().regex(/^[a-z]+$/)).readonly();
const { denials, forms, never } = z.object({ source: z.string(), denials: words, forms: words, never: words }).parse(data);

/** Two neighbours exchanged or a letter doubled hardly ever make another word; shorter words are left as they are. */
const LEAST_LETTERS = 5;
/** A letter lost or too many often makes another word ("three", "there"), a wrong one more often still ("injection", "infection"): only in long words. */
const [LONG_WORD, LONGER_WORD] = [8, 10];

const PHRASES = [
  ...LEXICON.flatMap(({ names, denies = [] }) => [...names, ...denies]),
  ...[...EXTENT_PHRASES, ...COURSE_PHRASES, ...CONTEXT_RULES].flatMap((list) => list.phrases),
];
const WRITTEN = PHRASES.flatMap((phrase) => phrase.split(/[\s{}|]+/)).filter((word) => word !== '');
const STEMS = WRITTEN.filter((word) => word.endsWith('*') && word.length > LEAST_LETTERS).map((word) => word.slice(0, -1));
const OURS: ReadonlySet<string> = new Set([...WRITTEN, ...forms]);
const OTHERS: ReadonlySet<string> = new Set(never);
const DENIALS: ReadonlySet<string> = new Set(denials);
const BY_REST = indexed([...OURS, ...OTHERS].filter((word) => /^[a-z]+$/.test(word) && word.length >= LEAST_LETTERS));

/** The tokens with every misspelt word of lexicon and rules put right; each still points to the characters that were written. */
export function spelledRight(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token) => ({ ...token, text: spelled(token.text) }));
}

/**
 * The one word of lexicon, rules and headings that is one slip away: two neighbours exchanged, or in a long word one letter lost, too many or
 * wrong. A word that is known, that begins or ends otherwise (where "un" and "ab", "ed" and "s" stand), or that is one slip from two words
 * stays as written: a finding must never become another one. What an English list of 170,000 words would have lost to this is named in `never`.
 * @param word in lower case.
 */
export function spelled(word: string): string {
  if (word.length < LEAST_LETTERS || !/^[a-z]+$/.test(word) || isKnown(word)) return word;
  const near = new Map([word, ...shortened(word)].flatMap((rest) => BY_REST.get(rest) ?? []).flatMap((meant) => slips(word, meant)));
  const [only] = near;
  return near.size === 1 && only !== undefined && isBelieved(...only) ? only[0] : word;
}

function isKnown(word: string): boolean {
  return OURS.has(word) || OTHERS.has(word) || STEMS.some((stem) => word.startsWith(stem));
}

/** Words that are one slip apart share a rest: one of them, or what is left of both without one letter. */
function indexed(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byRest = new Map<string, string[]>();
  for (const word of words) for (const rest of new Set([word, ...shortened(word)])) byRest.set(rest, [...(byRest.get(rest) ?? []), word]);
  return byRest;
}

/** The word without each of its letters but the first. */
function shortened(word: string): readonly string[] {
  return Array.from({ length: word.length - 1 }, (_, at) => `${word.slice(0, at + 1)}${word.slice(at + 2)}`);
}

type Slip = 'exchanged' | 'doubled' | 'lost' | 'wrong';

/** The word that may have been meant and how the written one differs from it; nothing when it differs by more than one slip. */
function slips(written: string, meant: string): readonly (readonly [string, Slip])[] {
  if (written.charAt(0) !== meant.charAt(0) || written.at(-1) !== meant.at(-1)) return [];
  if (undoubled(written) === undoubled(meant)) return [[meant, 'doubled']];
  if (written.length !== meant.length) return [[meant, 'lost']];
  const wrong = Array.from(written, (letter, at) => (letter === meant.charAt(at) ? -1 : at)).filter((at) => at >= 0);
  const [first = 0, second] = wrong;
  if (second === undefined) return [[meant, 'wrong']];
  const isExchanged = wrong.length === 2 && written.slice(first, first + 2) === `${meant.charAt(first + 1)}${meant.charAt(first)}`;
  return isExchanged ? [[meant, 'exchanged']] : [];
}

function isBelieved(meant: string, slip: Slip): boolean {
  if (OTHERS.has(meant)) return false;
  if (slip === 'exchanged' || slip === 'doubled' || DENIALS.has(meant)) return true;
  return meant.length >= (slip === 'lost' ? LONG_WORD : LONGER_WORD);
}

function undoubled(word: string): string {
  return word.replace(/(.)\1/g, '$1');
}
