import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { codeAt, type OneTimeCodes } from './one-time-code.ts';
import { errorPage, signInPage } from './pages.ts';
import { SECOND_FACTOR, type Realm, type User } from './realm.ts';

const LONGEST_FORM = 4_096;

/** Who can sign in, and what the second factor is checked against. */
export interface People {
  readonly realm: Realm;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly codes: OneTimeCodes;
}

interface Door {
  readonly provider: Provider;
  readonly people: People;
}

/** Shows the sign-in page and takes its form. The provider's own cookie ties both to the browser that began. */
export async function interaction({ provider, people }: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://realm');
  const waiting = await provider.interactionDetails(request, response).catch(() => undefined);
  if (waiting === undefined || !url.pathname.endsWith(`/${waiting.uid}`)) {
    html(response, 400, errorPage('invalid_request'));
    return;
  }
  const twice = wordsOf(waiting.params['acr_values']).includes(SECOND_FACTOR);
  const page = { action: `/realms/concord${url.pathname}`, twice };
  if (request.method !== 'POST') {
    html(response, 200, pageFor(people, { ...page, login: url.searchParams.get('login') ?? hintOf(waiting.params), wrong: false }));
    return;
  }
  const form = new URLSearchParams(await textOf(request));
  const user = knownBy(people, form, twice);
  if (user === undefined) {
    html(response, 401, pageFor(people, { ...page, login: form.get('username') ?? '', wrong: true }));
    return;
  }
  const proof = twice ? { acr: SECOND_FACTOR, amr: ['pwd', 'otp'] } : { acr: people.realm.levels[0] ?? 'password', amr: ['pwd'] };
  await provider.interactionFinished(request, response, { login: { accountId: user.id, remember: false, ...proof } }, { mergeWithLastSubmission: false });
}

/** Who the form proves to be. The password first: a wrong one must not use up the code of the person it is tried on. */
function knownBy({ realm, codes }: People, form: URLSearchParams, twice: boolean): User | undefined {
  const user = realm.users.find((one) => one.login === form.get('username'));
  if (user === undefined || !isPassword(user, form.get('password') ?? '')) return undefined;
  return !twice || codes.take(user.codeSecret, form.get('code') ?? '') ? user : undefined;
}

interface Shown {
  readonly action: string;
  readonly twice: boolean;
  readonly login: string;
  readonly wrong: boolean;
}

function pageFor({ realm, now }: People, { action, twice, login, wrong }: Shown): string {
  const shown = realm.users.find((one) => one.login === login) ?? realm.users[0];
  const code = twice && shown !== undefined ? codeAt(shown.codeSecret, now()) : undefined;
  return signInPage({ users: realm.users, action, login, wrong, code });
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(' ') : [];
}

function hintOf(params: Readonly<Record<string, unknown>>): string {
  const hint = params['login_hint'];
  return typeof hint === 'string' ? hint : 'physician';
}

function isPassword(user: User, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(user.password), digest(given));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > LONGEST_FORM) return '';
  }
  return text;
}

function html(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(page);
}
