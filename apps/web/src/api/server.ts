import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { sessionSchema, type Session } from '@concord/contracts';
import { apiUrl } from '../config.ts';
import { readAnswer, type Answer, type Schema } from './answer.ts';
import { paths } from './paths.ts';
import { PATH_HEADER, signInPath } from './return-to.ts';

/** Longer than the slowest honest answer; a page that waits for ever says nothing. */
const TIMEOUT_MS = 15_000;

/** Asks the API in the name of whoever looks at the page: the cookie is passed on, nothing is added and nothing is kept. */
export async function ask<T>(path: string, schema: Schema<T>): Promise<Answer<T>> {
  const incoming = await headers();
  const passed = new Headers({ accept: 'application/json' });
  for (const name of ['cookie', 'host', 'x-request-id', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for']) {
    const value = incoming.get(name);
    if (value !== null) passed.set(name, value);
  }
  try {
    const response = await fetch(new URL(path, apiUrl()), {
      headers: passed,
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await readAnswer(response, schema);
  } catch {
    return { kind: 'failed', reference: incoming.get('x-request-id') };
  }
}

/** Who looks; without a session the way leads to the sign-in. */
export async function sessionOrSignIn(): Promise<Session | null> {
  const answer = await ask(paths.session, sessionSchema);
  if (answer.kind === 'ok') return answer.value;
  if (answer.kind === 'failed') return null;
  redirect(signInPath((await headers()).get(PATH_HEADER)));
}
