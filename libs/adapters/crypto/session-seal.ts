import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { createSealer, SealError } from './sealer.ts';

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
  const sealer = createSealer(rootKey);
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', rootKey, new Uint8Array(0), purpose, 32));
  const sealKey = derive('concord/session/1');
  const wordKey = derive('concord/session-word/1');
  const word = (text: string): string => createHmac('sha256', wordKey).update(text).digest('base64url');
  return {
    seal: (plain, place) => sealer.seal(sealKey, plain, place),
    open: (sealed, place) => {
      try {
        return sealer.open(sealKey, sealed, place);
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
