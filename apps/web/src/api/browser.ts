'use client';

import { readAnswer, type Answer, type Schema } from './answer.ts';

/** Longer than a poll takes on a bad day; after it the line is said to be lost. */
const TIMEOUT_MS = 8_000;

/**
 * Null when no answer came at all: the line is down, not the server. A page that asks again by itself says `background`:
 * it must not keep a session alive that nobody uses.
 */
export async function askHere<T>(path: string, schema: Schema<T>, background = false): Promise<Answer<T> | null> {
  try {
    const headers = { accept: 'application/json', ...(background ? { 'x-concord-background': '1' } : {}) };
    const response = await fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return await readAnswer(response, schema);
  } catch {
    return null;
  }
}
