import { CONTEXT_RULES, type Circumstance, type ContextRule } from './context-rules.ts';
import { findPhrases, phraseBook, type Match } from './patterns.ts';
import type { Span, Token } from './words.ts';

/** How a finding is meant: each circumstance that reaches it. None: it is there, now, in this patient. */
export type Circumstances = ReadonlySet<Circumstance>;

const RULES = phraseBook<ContextRule>(CONTEXT_RULES.map((rule) => [rule.phrases, rule]));

/** Words that one reach covers. A comma or a conjunction begins the next item of a list and a new count. */
const REACH_WORDS = 8;
const NEXT_ITEM: ReadonlySet<string> = new Set([',', 'or', 'and', 'nor', '/', '&']);

/**
 * Which circumstances reach a stretch of a sentence. Phrases inside the stretch itself do not count: "no acute disease"
 * as the name of a finding does not deny itself.
 * @param tokens of the one sentence.
 */
export function circumstancesOf(tokens: readonly Token[], target: Span): Circumstances {
  const all = phrasesAround(tokens, target);
  const reached = new Set<Circumstance>();
  for (const { from, to, meaning } of all) {
    if (meaning.kind !== 'says') continue;
    for (const circumstance of meaning.circumstances) {
      if (reaches({ from, to, meaning }, { tokens, target, all, circumstance })) reached.add(circumstance);
    }
  }
  return reached;
}

/** Phrases on either side of the stretch; none is read across its edge, or "no acute" would swallow the head of "acute fracture". */
function phrasesAround(tokens: readonly Token[], target: Span): readonly Match<ContextRule>[] {
  const begin = tokens.filter(({ end }) => end <= target.start).length;
  const finish = tokens.length - tokens.filter(({ start }) => start >= target.end).length;
  const after = findPhrases(RULES, tokens.slice(finish)).map((match) => ({ ...match, from: match.from + finish, to: match.to + finish }));
  return [...findPhrases(RULES, tokens.slice(0, begin)), ...after];
}

type Says = Extract<ContextRule, { kind: 'says' }>;

interface Question {
  readonly tokens: readonly Token[];
  readonly target: Span;
  readonly all: readonly Match<ContextRule>[];
  readonly circumstance: Circumstance;
}

function reaches(match: Match<Says>, question: Question): boolean {
  const { reach } = match.meaning;
  return (reach !== 'before' && reachesAfter(match, question)) || (reach !== 'after' && reachesBefore(match, question));
}

function reachesAfter({ to, meaning }: Match<Says>, { tokens, target, all, circumstance }: Question): boolean {
  const stop = all.find(({ from, meaning: other }) => from >= to && endsReach(other, circumstance))?.from ?? tokens.length;
  let left = meaning.words ?? REACH_WORDS;
  for (let place = to; place < stop; place += 1) {
    const token = tokens[place];
    if (token === undefined || left <= 0) return false;
    if (token.start >= target.start) return token.start < target.end;
    left = spent(token, left, meaning);
  }
  return false;
}

function reachesBefore({ from, meaning }: Match<Says>, { tokens, target, all, circumstance }: Question): boolean {
  const stop = all.findLast(({ to, meaning: other }) => to <= from && endsReach(other, circumstance))?.to ?? 0;
  let left = meaning.words ?? REACH_WORDS;
  for (let place = from - 1; place >= stop; place -= 1) {
    const token = tokens[place];
    if (token === undefined || left <= 0) return false;
    if (token.end <= target.end) return token.end > target.start;
    left = spent(token, left, meaning);
  }
  return false;
}

/** A short reach never starts over; a full one does with each item of a list. */
function spent(token: Token, left: number, { words }: Says): number {
  if (NEXT_ITEM.has(token.text)) return words === undefined ? REACH_WORDS : left;
  return token.isWord ? left - 1 : left;
}

function endsReach(rule: ContextRule, circumstance: Circumstance): boolean {
  return rule.kind === 'ends' && rule.circumstances.includes(circumstance);
}
