import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { sessionSchema, type Session } from '@concord/contracts';
import { apiUrl } from '../config.ts';
import { readAnswer, readText, type Answer, type Schema } from './answer.ts';
import { paths } from './paths.ts';
import { PATH_HEADER, signInPath } from './return-to.ts';

/** Longer than the slowest honest answer; a page that waits for ever says nothing. */
const TIMEOUT_MS = 15_000;

/** Asks the API in the name of whoever looks at the page: the cookie is passed on, nothing is added and nothing is kept. */
export async function ask<T>(path: string, schema: Schema<T>): Promise<Answer<T>> {
  const response = await askApi(path);
  return response === undefined ? lost() : readAnswer(response, schema);
}

/** The same for an answer that is a text. */
export async function askText(path: string): Promise<Answer<string>> {
  const response = await askApi(path);
  return response === undefined ? lost() : readText(response);
}

async function askApi(path: string): Promise<Response | undefined> {
  const incoming = await headers();
  const passed = new Headers({ accept: 'application/json, text/markdown;q=0.9' });
  for (const name of ['cookie', 'host', 'x-request-id', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for']) {
    const value = incoming.get(name);
    if (value !== null) passed.set(name, value);
  }
  try {
    return await fetch(new URL(path, apiUrl()), { headers: passed, cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return undefined;
  }
}

async function lost(): Promise<{ readonly kind: 'failed'; readonly reference: string | null }> {
  return { kind: 'failed', reference: (await headers()).get('x-request-id') };
}

/** Who looks; without a session the way leads to the sign-in. */
export async function sessionOrSignIn(): Promise<Session | null> {
  const answer = await ask(paths.session, sessionSchema);
  if (answer.kind === 'ok') return answer.value;
  if (answer.kind === 'failed') return null;
  redirect(signInPath((await headers()).get(PATH_HEADER)));
}
