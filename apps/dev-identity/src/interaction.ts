import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { errorPage, signInPage } from './pages.ts';
import type { Realm, User } from './realm.ts';

const LONGEST_FORM = 4_096;

/** Shows the sign-in page and takes its form. The provider's own cookie ties both to the browser that began. */
export async function interaction(provider: Provider, realm: Realm, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://realm');
  const action = `/realms/concord${url.pathname}`;
  const waiting = await provider.interactionDetails(request, response).catch(() => undefined);
  if (waiting === undefined || !url.pathname.endsWith(`/${waiting.uid}`)) {
    html(response, 400, errorPage('invalid_request'));
    return;
  }
  const show = (status: number, login: string, wrong: boolean): void => {
    html(response, status, signInPage({ users: realm.users, action, login, wrong }));
  };
  if (request.method !== 'POST') {
    show(200, url.searchParams.get('login') ?? hintOf(waiting.params) ?? realm.users[0]?.login ?? '', false);
    return;
  }
  const form = new URLSearchParams(await textOf(request));
  const login = form.get('username') ?? '';
  const user = realm.users.find((one) => one.login === login);
  if (user === undefined || !isPassword(user, form.get('password') ?? '')) {
    show(401, login, true);
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: user.id, remember: false, amr: ['pwd'] } }, { mergeWithLastSubmission: false });
}

function hintOf(params: Readonly<Record<string, unknown>>): string | undefined {
  const hint = params['login_hint'];
  return typeof hint === 'string' ? hint : undefined;
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
