import type { Token } from './words.ts';

type Step = { readonly kind: 'word' | 'stem'; readonly text: string } | { readonly kind: 'gap' };
type Pattern = readonly Step[];

/** A phrase that was found: tokens [from, to), and what the list says it means. */
export interface Match<T> {
  readonly from: number;
  readonly to: number;
  readonly meaning: T;
}

/** A list of phrases, compiled. */
export interface PhraseBook<T> {
  readonly byFirstWord: ReadonlyMap<string, readonly (readonly [Pattern, T])[]>;
  readonly byFirstStem: readonly (readonly [Pattern, T])[];
}

/** Words that a gap may skip; more would join what belongs apart. */
const GAP_WORDS = 3;
/** Words that no gap skips: "the heart is not enlarged" must never be read as "the heart is … enlarged". */
const NEVER_SKIPPED: ReadonlySet<string> = new Set(['no', 'not', 'without', 'never', 'nor', 'neither', 'non', "isn't", "aren't"]);

/**
 * Compiles phrases. In a phrase `{a|b c|}` stands for one of its alternatives (an empty one may be left out), `word*` for
 * any word that begins so, and `~` for up to three words without a mark or a word of denial between them.
 */
export function phraseBook<T>(entries: readonly (readonly [phrases: readonly string[], meaning: T])[]): PhraseBook<T> {
  const byFirstWord = new Map<string, (readonly [Pattern, T])[]>();
  const byFirstStem: (readonly [Pattern, T])[] = [];
  for (const [phrases, meaning] of entries) {
    for (const pattern of phrases.flatMap(patternsOf)) {
      const [first] = pattern;
      if (first === undefined || first.kind === 'gap') throw new Error('a phrase begins with a word');
      if (first.kind === 'stem') byFirstStem.push([pattern, meaning]);
      else byFirstWord.set(first.text, [...(byFirstWord.get(first.text) ?? []), [pattern, meaning]]);
    }
  }
  return { byFirstWord, byFirstStem };
}

/** Every phrase of the book in reading order; at each word the longest wins and takes its words. */
export function findPhrases<T>(book: PhraseBook<T>, tokens: readonly Token[]): readonly Match<T>[] {
  const found: Match<T>[] = [];
  for (let from = 0; from < tokens.length;) {
    const match = longestAt(book, tokens, from);
    if (match === undefined) {
      from += 1;
      continue;
    }
    found.push(match);
    from = match.to;
  }
  return found;
}

function longestAt<T>({ byFirstWord, byFirstStem }: PhraseBook<T>, tokens: readonly Token[], from: number): Match<T> | undefined {
  const first = tokens[from];
  if (first === undefined) return undefined;
  let best: Match<T> | undefined;
  const candidates = [...(byFirstWord.get(first.text) ?? []), ...byFirstStem.filter(([[step]]) => step?.kind === 'stem' && first.text.startsWith(step.text))];
  for (const [pattern, meaning] of candidates) {
    const to = endOf(pattern, tokens, from);
    if (to !== undefined && (best === undefined || to > best.to)) best = { from, to, meaning };
  }
  return best;
}

/** Where the pattern ends when it begins at `from`. */
function endOf(pattern: Pattern, tokens: readonly Token[], from: number): number | undefined {
  const [step, ...rest] = pattern;
  if (step === undefined) return from;
  if (step.kind === 'gap') return endAfterGap(rest, tokens, from);
  const word = tokens[from]?.text;
  if (word === undefined) return undefined;
  const fits = step.kind === 'word' ? word === step.text : word.startsWith(step.text);
  return fits ? endOf(rest, tokens, from + 1) : undefined;
}

/** A gap takes as few words as it can, and no mark. */
function endAfterGap(rest: Pattern, tokens: readonly Token[], from: number): number | undefined {
  for (let skipped = 0; skipped <= GAP_WORDS; skipped += 1) {
    if (skipped > 0 && !maySkip(tokens[from + skipped - 1])) return undefined;
    const end = endOf(rest, tokens, from + skipped);
    if (end !== undefined) return end;
  }
  return undefined;
}

function maySkip(token: Token | undefined): boolean {
  return token?.isWord === true && !NEVER_SKIPPED.has(token.text);
}

function patternsOf(phrase: string): readonly Pattern[] {
  return expanded(phrase).map((plain) => plain.split(/\s+/).filter(Boolean).map(stepOf));
}

function stepOf(word: string): Step {
  if (word === '~') return { kind: 'gap' };
  return word.endsWith('*') ? { kind: 'stem', text: word.slice(0, -1) } : { kind: 'word', text: word };
}

/** All readings of the first `{…}`, each expanded further. */
function expanded(phrase: string): readonly string[] {
  const match = /\{([^{}]*)\}/.exec(phrase);
  if (match === null) return [phrase];
  const [whole, inside = ''] = match;
  return inside.split('|').flatMap((choice) => expanded(`${phrase.slice(0, match.index)}${choice}${phrase.slice(match.index + whole.length)}`));
}
