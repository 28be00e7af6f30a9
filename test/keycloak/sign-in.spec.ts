import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { CookieBrowser, form } from '../cookie-browser.ts';
import { askForToken, keycloak, personalTokens, RealmAdmin, reason, signInAtKeycloak, startKeycloakEdge } from '../keycloak-realm.ts';
import { TEST_PASSWORD } from '../keycloak-server.ts';

describe.skipIf(reason !== undefined)(`a real Keycloak${reason === undefined ? '' : `: ${reason}`}`, () => {
  const seen: AccessRequest[] = [];
  const admin = new RealmAdmin();
  let edge: Awaited<ReturnType<typeof startKeycloakEdge>>;
  beforeAll(async () => {
    edge = await startKeycloakEdge(seen);
  });
  afterAll(() => edge.close());

  const signedIn = async (user: string): Promise<CookieBrowser> => {
    const browser = new CookieBrowser(edge.url);
    const done = await signInAtKeycloak(browser, user);
    expect(done.steps.at(-1)).toBe('/patients/1');
    return browser;
  };
  const status = async (browser: CookieBrowser) => (await browser.open('/api/v1/session')).status;

  it.each([
    ['physician', 1],
    ['nurse', 2],
    ['radiologist', 3],
    ['privacy', 5],
    ['steward', 6],
    ['patient', 7],
    ['administrator', 8],
  ])('signs %s in by code, PKCE, state and nonce, with the role of the export', async (user, n) => {
    const browser = await signedIn(user);
    expect(await (await browser.open('/api/v1/session')).json()).toMatchObject({ login: user, roles: [user] });
    expect(seen.at(-1)?.actor).toMatchObject({
      issuer: 'concord',
      subject: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      clientId: 'concord-web',
      assurance: 'password',
    });
  });

  it('asks for the code of the person’s device on step-up, and its token says so', async () => {
    const browser = await signedIn('physician');
    const began = Math.floor(Date.now() / 1000) * 1000;
    const done = await signInAtKeycloak(browser, 'physician', '/auth/step-up?returnTo=%2Fpatients%2F1');
    expect(done.steps.at(-1)).toBe('/patients/1');
    await status(browser);
    expect(seen.at(-1)?.actor).toMatchObject({ login: 'physician', assurance: 'mfa' });
    expect(seen.at(-1)?.actor.authenticatedAt).toBeGreaterThanOrEqual(began - 1_000);
  });

  it('takes no sign-in without PKCE, to another address, or by typing a password to a client', async () => {
    const ask = (query: Record<string, string>) =>
      fetch(
        `${edge.issuer}/protocol/openid-connect/auth?${new URLSearchParams({ client_id: 'concord-web', response_type: 'code', scope: 'openid', ...query }).toString()}`,
        {
          redirect: 'manual',
        },
      );
    const back = `${edge.url}/auth/callback`;
    expect((await ask({ redirect_uri: back })).headers.get('location')).toContain('error=invalid_request');
    expect((await ask({ redirect_uri: 'http://evil.example/', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' })).status).toBe(400);
    const direct = await fetch(`${edge.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`concord-web:${keycloak().webSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'password', username: 'physician', password: TEST_PASSWORD }),
    });
    expect([direct.status, await direct.json()]).toMatchObject([400, { error: 'unauthorized_client' }]);
  });

  it('ends a session from the administrator’s side, and it is refused from the next request on', async () => {
    const [browser, other] = [await signedIn('nurse'), await signedIn('radiologist')];
    expect(await status(browser)).toBe(200);
    await admin.call('DELETE', `/sessions/${seen.at(-1)?.actor.sessionId ?? ''}`);
    // Keycloak sends the logout token within half a second; nothing of ours asks the realm.
    await expect.poll(() => status(browser), { timeout: 5_000 }).toBe(401);
    expect(await status(other)).toBe(200);
  });

  it('refuses the bearer token of a session that was ended, though it has not; and its refresh token is worth nothing', async () => {
    const { access, refresh } = await personalTokens(edge, 'steward');
    const bearer = async () => (await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${access}` } })).status;
    expect(await bearer()).toBe(200);
    await admin.call('DELETE', `/sessions/${seen.at(-1)?.actor.sessionId ?? ''}`);
    await expect.poll(bearer, { timeout: 5_000 }).toBe(401);
    expect(await askForToken(edge.issuer, { grant_type: 'refresh_token', refresh_token: refresh })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('gives a role that was taken away for no longer than a token lives, and at once after the session was ended', async () => {
    const { access } = await personalTokens(edge, 'privacy');
    const [, claims = ''] = access.split('.');
    const { iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly iat: number; readonly exp: number };
    expect(exp - iat).toBeLessThanOrEqual(300);
  });

  it('takes a refresh token once: whoever uses it again ends the session', async () => {
    const { refresh } = await personalTokens(edge, 'steward');
    const again = () => askForToken(edge.issuer, { grant_type: 'refresh_token', refresh_token: refresh });
    const first = await again();
    expect([first.status, (await again()).status]).toEqual([200, 400]);
    expect((await askForToken(edge.issuer, { grant_type: 'refresh_token', refresh_token: String(first.body['refresh_token']) })).status).toBe(400);
  });

  it('signs out at the realm too, and everywhere', async () => {
    const [here, there] = [await signedIn('privacy'), await signedIn('privacy')];
    const answer = await fetch(`${edge.url}/auth/logout-everywhere`, {
      ...form({ csrf: here.cookie('__Host-csrf') ?? '' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', cookie: here.header() },
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')?.startsWith(`${edge.issuer}/protocol/openid-connect/logout`)]).toEqual([303, true]);
    expect([await status(here), await status(there)]).toEqual([401, 401]);
  });

  it('rotates its keys without anybody being signed out, and a key that is taken away counts no longer', async () => {
    const before = await signedIn('physician');
    const pem = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const key = await admin.addKey('rotated', pem, 900);
    const after = await signedIn('nurse');
    expect([await status(before), await status(after)]).toEqual([200, 200]);
    await admin.call('DELETE', `/components/${key}`);
    await expect.poll(() => status(after), { timeout: 10_000 }).toBe(401);
    expect(await status(before)).toBe(200);
  });
});
