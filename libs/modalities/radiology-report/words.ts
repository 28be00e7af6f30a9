/** A word or a mark of a text; offsets count UTF-16 units of the whole text, end exclusive. */
export interface Token {
  /** Lower case. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isWord: boolean;
}

/** A stretch of text in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const TOKEN = /[\p{L}\p{N}]+(?:['’]\p{L}+)*|[^\s\p{L}\p{N}]/gu;

/** Words and marks of one stretch. A hyphen parts words, so that "air-space" and "air space" are the same. */
export function tokensOf(text: string, { start, end }: Span = { start: 0, end: text.length }): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.slice(start, end).matchAll(TOKEN)) {
    const [word] = match;
    const from = start + match.index;
    if (word === '-' || word === '‐' || word === '‑') continue;
    tokens.push({ text: word.toLowerCase().replaceAll('’', "'"), start: from, end: from + word.length, isWord: /[\p{L}\p{N}]/u.test(word) });
  }
  return tokens;
}
