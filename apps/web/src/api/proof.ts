'use client';

/** What a page shows beside the session cookie whenever it changes something: a word that only pages of this session can read. */
export function proof(): string {
  return /(?:^|;\s*)__Host-csrf=([\w-]+)/.exec(document.cookie)?.[1] ?? '';
}
