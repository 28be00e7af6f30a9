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

const actorOf = async (browser: CookieBrowser) => {
  expect((await browser.open('/api/v1/session')).status).toBe(200);
  return seen.at(-1)?.actor;
};
const STEP_UP = '/auth/step-up?returnTo=%2Fpatients%2F1';

describe('a second factor, now', () => {
  it('is asked for by step-up, and the token says how and when the person proved who they are', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser, 'physician');
    const before = await actorOf(browser);
    expect(before).toMatchObject({ login: 'physician', assurance: 'password' });
    const old = browser.cookie('__Host-sid');
    const began = Math.floor(Date.now() / 1000) * 1000;
    const { done } = await signIn(browser, 'physician', STEP_UP);
    expect(done.steps.at(-1)).toBe('/patients/1');
    const after = await actorOf(browser);
    expect(after).toMatchObject({ login: 'physician', assurance: 'mfa' });
    expect(after?.authenticatedAt).toBeGreaterThanOrEqual(began);
    expect(browser.cookie('__Host-sid')).not.toBe(old);
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { cookie: `__Host-sid=${old}` } })).status, 'the session before it').toBe(401);
  });

  it('is not had without the code, nor with the code of somebody else', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser, 'physician');
    const action = actionOf(await (await browser.open(STEP_UP)).text());
    const theirs = /<code id="code">(\d{6})/.exec(await (await browser.open(`${action}?login=nurse`)).text())?.[1] ?? '';
    for (const code of ['', '000000', theirs])
      expect((await browser.open(action, form({ username: 'physician', password: 'concord-demo', code }))).status, code).toBe(401);
    expect(await actorOf(browser)).toMatchObject({ assurance: 'password' });
  });

  it('by another person does not pass for the one who was asked', async () => {
    const browser = new CookieBrowser(edge.url);
    await signIn(browser, 'physician');
    const { done } = await signIn(browser, 'nurse', STEP_UP);
    expect(done.steps).not.toContain('/patients/1');
    expect(await actorOf(browser)).toMatchObject({ login: 'physician', assurance: 'password' });
  });

  it('is never claimed for a machine, and can be had for a token of the demo', async () => {
    await edge.get('/api/v1/session', 'integrator');
    expect(seen.at(-1)?.actor).not.toHaveProperty('assurance');
    await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${await edge.token('physician', { mfa: true })}` } });
    expect(seen.at(-1)?.actor).toMatchObject({ login: 'physician', assurance: 'mfa' });
  });
});
