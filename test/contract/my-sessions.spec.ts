import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionList } from '@concord/contracts';
import { CookieBrowser, signIn } from '../cookie-browser.ts';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

let edge: RunningEdge;
beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend() });
});
afterAll(() => edge.close());

const signedIn = async (user: string) => {
  const browser = new CookieBrowser(edge.url);
  await signIn(browser, user);
  return browser;
};
const list = async (browser: CookieBrowser) => ((await (await browser.open('/api/v1/sessions')).json()) as SessionList).items;
const end = (browser: CookieBrowser, ref: string, proof = browser.cookie('__Host-csrf') ?? '') =>
  browser.open(`/api/v1/sessions/${ref}/end`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin', 'x-concord-csrf': proof } });
const status = async (browser: CookieBrowser) => (await browser.open('/api/v1/session')).status;

describe('the sessions of a person', () => {
  it('are listed for them alone, with the one before the screen marked, and name nothing that opens one', async () => {
    const [here, there, other] = [await signedIn('nurse'), await signedIn('nurse'), await signedIn('physician')];
    const items = await list(here);
    expect(items).toHaveLength(2);
    expect(items.filter(({ isThis }) => isThis)).toHaveLength(1);
    expect((await list(there)).map(({ ref }) => ref).sort()).toEqual(items.map(({ ref }) => ref).sort());
    expect((await list(other)).map(({ ref }) => ref)).not.toContain(items[0]?.ref);
    for (const browser of [here, there]) expect(JSON.stringify(items)).not.toContain(browser.cookie('__Host-sid'));
  });

  it('are ended one by one by who just signed in: the other browser is out at its next request, this one is not', async () => {
    const [here, there] = [await signedIn('radiologist'), await signedIn('radiologist')];
    const ref = (await list(here)).find(({ isThis }) => !isThis)?.ref ?? '';
    expect((await end(here, ref, 'forged')).status).toBe(403);
    expect((await end(await signedIn('nurse'), ref)).status, 'somebody else').toBe(404);
    expect((await end(here, ref)).status).toBe(200);
    expect([await status(there), await status(here)]).toEqual([401, 200]);
    expect((await end(here, ref)).status).toBe(404);
    expect(await list(here)).toHaveLength(1);
  });
});

describe('a screen that was left open', () => {
  let late: RunningEdge;
  let clock = 0;
  beforeAll(async () => {
    late = await startEdge({ backend: emptyBackend([], () => Date.now() + clock) });
  });
  afterAll(() => late.close());

  it('ends no session of its owner: after five minutes they sign in again first', async () => {
    const browser = new CookieBrowser(late.url);
    await signIn(browser, 'nurse');
    const again = new CookieBrowser(late.url);
    await signIn(again, 'nurse');
    const ref = (await list(browser)).find(({ isThis }) => !isThis)?.ref ?? '';
    clock = 6 * 60_000;
    const refused = await end(browser, ref);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('max_age="300"')]);
    clock = 0;
    expect(await status(again)).toBe(200);
  });
});
