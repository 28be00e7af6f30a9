import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../apps/api/src/config.ts';
import { CookieBrowser, signIn } from '../cookie-browser.ts';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import { assertion, serviceToken } from '../service-account.ts';

let edge: RunningEdge;
beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend(), settings: { CONCORD_SECOND_FACTOR: 'always' } });
});
afterAll(() => edge.close());

const status = async (token: string) => (await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })).status;

describe('a site that asks everybody for a second factor', () => {
  it('is every site in production, unless it says otherwise', () => {
    const env = {
      DATABASE_URL: 'postgresql://a@db/c?sslmode=verify-full',
      KEYCLOAK_URL: 'https://id.example/realms/c',
      CONCORD_PUBLIC_URL: 'https://c.example',
    };
    expect(readConfig({ ...env, CONCORD_ENV: 'production' }).secondFactor).toBe('always');
    expect(readConfig({ ...env, CONCORD_ENV: 'production', CONCORD_SECOND_FACTOR: 'emergency' }).secondFactor).toBe('emergency');
    expect(readConfig({ DATABASE_URL: 'postgresql:///c' }).secondFactor).toBe('emergency');
  });

  it('asks for the code at an ordinary sign-in, and lets nobody in without it', async () => {
    const browser = new CookieBrowser(edge.url);
    const { html, done } = await signIn(browser, 'nurse');
    expect(html).toContain('name="code"');
    expect(done.steps.at(-1)).toBe('/patients/1');
    expect((await browser.open('/api/v1/session')).status).toBe(200);
  });

  it('believes no token of a person who showed a password alone, and the source by its key', async () => {
    expect([await status(await edge.token('nurse')), await status(await edge.token('nurse', { mfa: true }))]).toEqual([401, 200]);
    const { integratorKey } = edge.secrets;
    const { body } = await serviceToken(edge.issuer, await assertion(integratorKey, edge.issuer));
    expect(await status(String(body['access_token']))).toBe(200);
  });
});
