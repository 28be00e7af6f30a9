import type { Span, Token } from './words.ts';

/** Words on each side of a condition that the sentence encoder reads. */
export const WINDOW_WORDS = 14;
/** Places of a window: the words before, the condition as one place, the words after. */
export const WINDOW_PLACES = 2 * WINDOW_WORDS + 1;
/** Numbers of a place: the word, its first four letters, its last three. 0 where there is no word. */
export const WINDOW_PARTS = 3;
/** Numbers of words; each part has as many. 1 stands for the condition itself. */
export const WINDOW_BUCKETS = 2048;

/**
 * The surroundings of a condition as numbers: what the condition is called is hidden, so that only how it is meant can be learned. It
 * depends on the one sentence alone.
 * @param tokens of the sentence.
 * @returns `[WINDOW_PLACES, WINDOW_PARTS]`, whole numbers below WINDOW_BUCKETS.
 */
export function sentenceWindow(tokens: readonly Token[], target: Span): Float32Array {
  const before = tokens.filter(({ end }) => end <= target.start).slice(-WINDOW_WORDS);
  const after = tokens.filter(({ start }) => start >= target.end).slice(0, WINDOW_WORDS);
  const window = new Float32Array(WINDOW_PLACES * WINDOW_PARTS);
  window.fill(1, WINDOW_WORDS * WINDOW_PARTS, (WINDOW_WORDS + 1) * WINDOW_PARTS);
  before.forEach(({ text }, at) => {
    window.set(partsOf(text), (WINDOW_WORDS - before.length + at) * WINDOW_PARTS);
  });
  after.forEach(({ text }, at) => {
    window.set(partsOf(text), (WINDOW_WORDS + 1 + at) * WINDOW_PARTS);
  });
  return window;
}

function partsOf(word: string): readonly number[] {
  const plain = /^\d/.test(word) ? '#' : word.toLowerCase();
  return [plain, `^${plain.slice(0, 4)}`, `${plain.slice(-3)}$`].map(bucketOf);
}

/** FNV-1a over UTF-16 units; 0 and 1 are kept for nothing and for the condition. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return 2 + ((hash >>> 0) % (WINDOW_BUCKETS - 2));
}
