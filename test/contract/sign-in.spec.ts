import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { actionOf, CookieBrowser, form, signIn } from '../cookie-browser.ts';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

let edge: RunningEdge;
const seen: AccessRequest[] = [];

beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend(seen) });
});
afterAll(() => edge.close());

describe('signing in with a browser', () => {
  it('leads through the realm and back to the page that was asked for, with one opaque cookie', async () => {
    const browser = new CookieBrowser(edge.url);
    const { page, html, done } = await signIn(browser);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/ style=|<style|<script|onclick/);
    expect(html).toContain('type="password" autocomplete="current-password"');
    expect(html).not.toContain('onpaste');
    expect(done.steps.at(-1)).toBe('/patients/1');
    const sid = browser.cookie('__Host-sid') ?? '';
    expect(sid).toMatch(/^[\w-]{43}$/);
    const session = await browser.open('/api/v1/session');
    expect(await session.json()).toMatchObject({ login: 'nurse', displayName: 'K. Lindqvist, ward nurse', roles: ['nurse'], demo: true });
    expect(session.headers.get('cache-control')).toBe('no-store');
    expect(seen.at(-1)?.actor).toMatchObject({ issuer: 'concord', subject: '00000000-0000-4000-8000-000000000002', login: 'nurse', clientId: 'concord-web' });
  });

  it('marks the cookie for this host alone, out of reach of scripts', async () => {
    const answer = await fetch(`${edge.url}/auth/login`, { redirect: 'manual' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-sign-in=[\w-]{200,900}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('sends nobody away from this origin, whatever returnTo says', async () => {
    for (const bad of ['//evil.example', 'https://evil.example/', '/\\evil.example', '/auth/login']) {
      const browser = new CookieBrowser(edge.url);
      const page = await browser.open(`/auth/login?returnTo=${encodeURIComponent(bad)}`);
      const action = actionOf(await page.text());
      const done = await browser.open(action, form({ username: 'nurse', password: 'concord-demo' }));
      expect(done.steps.at(-1)).toBe('/');
    }
  });

  it('refuses a wrong password and says so on the page', async () => {
    const browser = new CookieBrowser(edge.url);
    const page = await browser.open('/auth/login');
    const action = actionOf(await page.text());
    for (const near of ['CONCORD-DEMO', 'concord-demo ', 'concord-demo\u0000', 'concord-dem'])
      expect([near, (await browser.open(action, form({ username: 'nurse', password: near }))).status]).toEqual([near, 401]);
    const again = await browser.open(action, form({ username: 'nurse', password: 'x' }));
    expect(again.status).toBe(401);
    expect(await again.text()).toContain('User name and password do not match.');
    expect(browser.cookie('__Host-sid') !== undefined).toBe(false);
  });

  it('takes no answer of the realm that this browser did not ask for', async () => {
    const other = await fetch(`${edge.url}/auth/callback?code=abc&state=def`, { redirect: 'manual' });
    expect([other.status, other.headers.get('location')]).toEqual([302, '/auth/login']);
    const browser = new CookieBrowser(edge.url);
    await browser.open('/auth/login');
    const forged = await fetch(`${edge.url}/auth/callback?code=abc&state=def`, { redirect: 'manual', headers: { cookie: browser.header() } });
    expect(forged.status).toBe(400);
  });

  it('ends the session on this computer and at the realm', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser);
    const stolen = browser.header();
    const page = await browser.open('/auth/logout', form({ csrf: browser.cookie('__Host-csrf') ?? '' }));
    const html = await page.text();
    const action = actionOf(html);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    await browser.open(action, form({ xsrf, logout: 'yes' }));
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { cookie: stolen } })).status).toBe(401);
    expect(await (await browser.open('/auth/login')).text()).toContain('Sign in');
  });

  it('refuses what another site would have the browser do', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser);
    const cookie = browser.header();
    const attempts: Record<string, string>[] = [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: edge.url },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of attempts) {
      const answer = await fetch(`${edge.url}/auth/logout`, { method: 'POST', headers: { cookie, ...headers }, redirect: 'manual' });
      expect([headers, answer.status]).toEqual([headers, 403]);
    }
    expect((await browser.open('/api/v1/session')).status).toBe(200);
  });

  it('refuses a cookie and a token at once, and a token in the address', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser);
    const both = await edge.get('/api/v1/session', 'nurse', { cookie: browser.header() });
    expect(both.status).toBe(400);
    expect((await edge.get(`/api/v1/session?access_token=${await edge.token('nurse')}`)).status).toBe(401);
  });
});

describe('a session whose token ends', () => {
  it('goes on with a new one, asked for once however many requests come at the same time', async () => {
    const asked: AccessRequest[] = [];
    // Shorter than the time before its end at which a token is renewed: every request renews.
    const short = await startEdge({ backend: emptyBackend(asked), tokenLife: 20 });
    const browser = new CookieBrowser(short.url);
    await signIn(browser);
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all([1, 2, 3].map(() => browser.open('/api/v1/session')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    }
    expect(new Set(asked.map(({ actor }) => actor.tokenId)).size).toBe(3);
    await short.close();
  });
});
