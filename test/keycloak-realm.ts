import { createHash } from 'node:crypto';
import { inject } from 'vitest';
import { codeAt } from '../apps/dev-identity/src/one-time-code.ts';
import { compose } from '../apps/api/src/composition.ts';
import { readConfig } from '../apps/api/src/config.ts';
import { buildServer } from '../apps/api/src/server.ts';
import type { AccessRequest } from '@concord/core/ports';
import { createTelemetry } from '@concord/adapters/telemetry';
import { actionOf, CookieBrowser, form } from './cookie-browser.ts';
import { emptyBackend } from './edge.ts';
import { TEST_PASSWORD, type KeycloakServer } from './keycloak-server.ts';

/** Why the tests of this project are skipped; under CONCORD_STRICT=1 that is a failure. */
export const reason = 'reason' in inject('keycloak') ? (inject('keycloak') as { readonly reason: string }).reason : undefined;
if (reason !== undefined && process.env['CONCORD_STRICT'] === '1') throw new Error(`skipped under CONCORD_STRICT=1: ${reason}`);

export function keycloak(): KeycloakServer {
  const given = inject('keycloak');
  if ('reason' in given) throw new Error(given.reason);
  return given;
}

/** Keys count for less long than in the product, so that a test need not wait a minute for a rotation. */
const KEY_TIMES = { freshFor: 1_000, coolDown: 300, staleFor: 900_000 };

/** The real edge in front of the real Keycloak, at the address that the realm knows. */
export async function startKeycloakEdge(seen: AccessRequest[] = [], settings: Readonly<Record<string, string>> = {}) {
  const { url, edgePort, webSecret } = keycloak();
  const issuer = `${url}/realms/concord`;
  const config = readConfig({
    DATABASE_URL: 'postgresql://unused',
    CONCORD_PORT: String(edgePort),
    KEYCLOAK_URL: issuer,
    CONCORD_WEB_CLIENT_SECRET: webSecret,
    ...settings,
  });
  const timed = { ...config, identity: { ...config.identity, keyTimes: KEY_TIMES } };
  const quiet = { info: () => undefined, error: () => undefined };
  const backend = await emptyBackend(seen)(timed);
  const { app } = await buildServer(compose(timed, backend, createTelemetry(), quiet));
  await app.listen(edgePort, '127.0.0.1');
  return { url: `http://localhost:${edgePort}`, issuer, close: () => app.close() };
}

/** A person types what the realm asks for: a password, and the code of their device when it is asked for. */
export async function signInAtKeycloak(browser: CookieBrowser, user: string, from = '/auth/login?returnTo=%2Fpatients%2F1') {
  const page = await browser.open(from);
  let html = await page.text();
  let done = page;
  if (html.includes('name="password"')) {
    done = await browser.open(actionOf(html), form({ username: user, password: TEST_PASSWORD }));
    html = done.steps.at(-1)?.startsWith('/patients/') === true ? '' : await done.text();
  }
  if (html.includes('name="otp"')) done = await browser.open(actionOf(html), form({ otp: codeAt(`concord-demo-${user}`, Date.now()) }));
  return done;
}

/** Tokens as Keycloak gives them to our web client; the code is exchanged here and not by the edge. */
export async function personalTokens({ url, issuer }: { readonly url: string; readonly issuer: string }, user: string) {
  const verifier = 'v'.repeat(64);
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = { client_id: 'concord-web', response_type: 'code', scope: 'openid profile', redirect_uri: `${url}/auth/callback` };
  const browser = new CookieBrowser(new URL(issuer).origin, (path) => path === '/auth/callback');
  const asked = new URLSearchParams({ ...query, code_challenge, code_challenge_method: 'S256' }).toString();
  const done = await signInAtKeycloak(browser, user, `${new URL(issuer).pathname}/protocol/openid-connect/auth?${asked}`);
  const code = new URL(done.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const grant = { grant_type: 'authorization_code', code, redirect_uri: query.redirect_uri, code_verifier: verifier };
  const { body } = await askForToken(issuer, grant);
  return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
}

/** Asks the token endpoint as our web client. */
export async function askForToken(issuer: string, form: Record<string, string>) {
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`concord-web:${keycloak().webSecret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
}

/** The administrator's side of the realm. */
export class RealmAdmin {
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { url, adminPassword } = keycloak();
    const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: adminPassword }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const answer = await fetch(`${url}/admin/realms/concord${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async idOfClient(clientId: string): Promise<string> {
    const [client] = await this.call<{ readonly id: string }[]>('GET', `/clients?clientId=${clientId}`);
    return client?.id ?? '';
  }

  /** Makes a key of ours sign for the realm, before all others. @returns the id of the provider */
  async addKey(name: string, pem: string, priority: number): Promise<string> {
    const { id: parentId } = await this.call<{ readonly id: string }>('GET', '');
    const config = { priority: [String(priority)], enabled: ['true'], active: ['true'], algorithm: ['RS256'], privateKey: [pem] };
    await this.call('POST', '/components', { name, parentId, providerId: 'rsa', providerType: 'org.keycloak.keys.KeyProvider', config });
    const [made] = await this.call<{ readonly id: string }[]>('GET', `/components?name=${name}&type=org.keycloak.keys.KeyProvider`);
    return made?.id ?? '';
  }
}
