'use client';

import { problemSchema } from '@concord/contracts';
import { proof } from './proof.ts';
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

/** What came of a change that a person asked for: done, refused with the reasons, or no answer at all. */
export type Sent<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'refused'; readonly why: string } | { readonly kind: 'lost' };

/** What came of a change, for whoever asked for it. @param lost said where no answer came. */
export function wordsOf(sent: Sent<unknown>, done: string, lost = 'No answer came.'): string {
  return sent.kind === 'done' ? done : whyNot(sent, lost);
}

export function whyNot(sent: Exclude<Sent<unknown>, { readonly kind: 'done' }>, lost = 'No answer came.'): string {
  return sent.kind === 'refused' ? sent.why : lost;
}

/** Sends a change in the name of whoever looks at the page. The answer's own words are shown: they carry no patient content. */
export async function sendHere<T>(path: string, body: unknown, schema: Schema<T>): Promise<Sent<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-concord-csrf': proof(), ...(body === null ? {} : { 'content-type': 'application/json' }) },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      signal: AbortSignal.timeout(CHANGE_TIMEOUT_MS),
    });
    if (!response.ok) return { kind: 'refused', why: await reasonOf(response) };
    const parsed = schema.safeParse(await response.json());
    return parsed.success ? { kind: 'done', value: parsed.data } : { kind: 'lost' };
  } catch {
    return { kind: 'lost' };
  }
}

/** A probe set takes seconds on a busy machine. */
const CHANGE_TIMEOUT_MS = 60_000;

async function reasonOf(response: Response): Promise<string> {
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (!problem.success) return `The server refused it (${String(response.status)}).`;
  const reasons = problem.data.errors?.map(({ reason }) => reason) ?? [];
  return reasons.length > 0 ? reasons.join(' ') : (problem.data.detail ?? problem.data.title);
}
