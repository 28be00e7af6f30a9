import type { Rng } from '@concord/core/ports';

/** A text as a hurried hand or a poor interface leaves it. */
export type TextDisturbance = (text: string, rng: Rng) => string;

/** By what happened, in plain words. None changes what a person would understand. */
export const TEXT_DISTURBANCES: Readonly<Record<string, TextDisturbance>> = {
  'all in capitals': (text) => text.toUpperCase(),
  'commas and colons lost': (text) => text.replace(/[,;:]/g, ''),
  'two letters exchanged in one long word of ten': (text, rng) => text.replace(/\b[a-z]{5,}\b/gi, (word) => (rng.next() < 0.1 ? exchanged(word, rng) : word)),
  'every line broken in two': (text) => text.replace(/(\S+ \S+ \S+ \S+) /g, '$1\n'),
};

/** Two neighbours inside the word change places; its first and last letter stay. */
function exchanged(word: string, rng: Rng): string {
  const at = 1 + Math.floor(rng.next() * (word.length - 3));
  return `${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
}
