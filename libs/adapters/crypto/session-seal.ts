import { timingSafeEqual } from 'node:crypto';
import { derive, hmac, open, seal, SealError } from './envelope.ts';

/** Seals what a browser's session holds, and answers for what a page must show beside its cookie. */
export interface SessionSeal {
  seal(plain: Uint8Array, place: string): Buffer;
  /** Undefined for what was sealed elsewhere, for another place, under another root key, or altered. */
  open(sealed: Uint8Array, place: string): Buffer | undefined;
  /** A word that only this server can make of `text`. */
  word(text: string): string;
  isWord(text: string, given: string): boolean;
}

/** Keys derived from the root key: every process that shares the database shares them, and a new root key ends all sessions. */
export function createSessionSeal(rootKey: Uint8Array): SessionSeal {
  const sealKey = derive(rootKey, 'concord/session/1');
  const wordKey = derive(rootKey, 'concord/session-word/1');
  const word = (text: string): string => hmac(wordKey).update(text).digest('base64url');
  return {
    seal: (plain, place) => seal(sealKey, plain, { head: new Uint8Array(0), place }),
    open: (sealed, place) => {
      try {
        return open(sealKey, sealed, place);
      } catch (error) {
        if (error instanceof SealError) return undefined;
        throw error;
      }
    },
    word,
    isWord: (text, given) => {
      const [expected, found] = [Buffer.from(word(text)), Buffer.from(given)];
      return expected.length === found.length && timingSafeEqual(expected, found);
    },
  };
}
