import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { errorPage, signInPage } from './pages.ts';
import type { Realm, User } from './realm.ts';

const LONGEST_FORM = 4_096;

/** Shows the sign-in page and takes its form. The provider's own cookie ties both to the browser that began. */
export async function interaction(provider: Provider, realm: Realm, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://realm');
  const waiting = await provider.interactionDetails(request, response).catch(() => undefined);
  if (waiting === undefined || !url.pathname.endsWith(`/${waiting.uid}`)) {
    html(response, 400, errorPage('invalid_request'));
    return;
  }
  const page = { users: realm.users, action: `/realms/concord${url.pathname}` };
  if (request.method !== 'POST') {
    html(response, 200, signInPage({ ...page, login: url.searchParams.get('login') ?? hintOf(waiting.params), wrong: false }));
    return;
  }
  const form = new URLSearchParams(await textOf(request));
  const login = form.get('username') ?? '';
  const user = realm.users.find((one) => one.login === login);
  if (user === undefined || !isPassword(user, form.get('password') ?? '')) {
    html(response, 401, signInPage({ ...page, login, wrong: true }));
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: user.id, remember: false, amr: ['pwd'] } }, { mergeWithLastSubmission: false });
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
