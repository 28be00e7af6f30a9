import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { CookieBrowser, form, signIn } from '../cookie-browser.ts';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

/** What somebody else's page, cookie or network could do to a person's session (campaign B4): every case is refused. */
let edge: RunningEdge;
const seen: AccessRequest[] = [];
let browser: CookieBrowser;
let cookie = '';
let proof = '';

beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend(seen) });
  browser = new CookieBrowser(edge.url);
  await signIn(browser, 'physician');
  cookie = browser.header();
  proof = browser.cookie('__Host-csrf') ?? '';
});
afterAll(() => edge.close());

/** A POST that a physician may make. */
const CHANGE = '/fhir/R4/Patient/_search';
const change = (headers: Record<string, string>, path = CHANGE) =>
  fetch(`${edge.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/fhir+json', ...headers }, body: '{}', redirect: 'manual' });
const look = (headers: Record<string, string>, path = '/api/v1/session') => fetch(`${edge.url}${path}`, { headers, redirect: 'manual' });
/** As `look`, with the fetch metadata as they are given: Node's own fetch sets them itself. */
const lookAs = (headers: Record<string, string>, method = 'GET') =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = rawRequest(`${edge.url}/api/v1/session`, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.on('upgrade', () => {
      resolve(101);
    });
    sent.end();
  });
const fresh = async (user = 'nurse') => {
  const one = new CookieBrowser(edge.url);
  await signIn(one, user);
  return one;
};
const HERE = { 'sec-fetch-site': 'same-origin' };

describe('a page of this session', () => {
  it('may change something: only what follows stands between it and everybody else', async () => {
    const answer = await change({ ...HERE, cookie, 'x-concord-csrf': proof });
    expect([403, 401]).not.toContain(answer.status);
  });

  it.each<[string, () => Record<string, string>]>([
    ['without its proof', () => ({ ...HERE, cookie })],
    ['with an empty proof', () => ({ ...HERE, cookie, 'x-concord-csrf': '' })],
    ['with a proof that somebody made up', () => ({ ...HERE, cookie, 'x-concord-csrf': 'A'.repeat(43) })],
    ['with a proof that is cut short', () => ({ ...HERE, cookie, 'x-concord-csrf': proof.slice(0, -1) })],
    ['with the session’s own id for a proof', () => ({ ...HERE, cookie, 'x-concord-csrf': browser.cookie('__Host-sid') ?? '' })],
    ['with the proof in a cookie alone', () => ({ ...HERE, cookie: `${cookie}; x-concord-csrf=${proof}` })],
    ['with a proof and no word of where it comes from', () => ({ cookie, 'x-concord-csrf': proof })],
    ['from another site', () => ({ 'sec-fetch-site': 'cross-site', cookie, 'x-concord-csrf': proof })],
    ['from another port or name of this site', () => ({ 'sec-fetch-site': 'same-site', cookie, 'x-concord-csrf': proof })],
    ['typed into the address bar', () => ({ 'sec-fetch-site': 'none', cookie, 'x-concord-csrf': proof })],
    ['from nowhere: a sandboxed frame', () => ({ ...HERE, origin: 'null', cookie, 'x-concord-csrf': proof })],
    ['from an origin that only looks like ours', () => ({ ...HERE, origin: `${edge.url}.evil.example`, cookie, 'x-concord-csrf': proof })],
    ['from our origin under another scheme', () => ({ ...HERE, origin: edge.url.replace('http:', 'https:'), cookie, 'x-concord-csrf': proof })],
    ['from our own host at another port', () => ({ ...HERE, origin: 'http://localhost:1', cookie, 'x-concord-csrf': proof })],
    ['whose origin is ours and whose fetch metadata is not', () => ({ origin: edge.url, 'sec-fetch-site': 'cross-site', cookie, 'x-concord-csrf': proof })],
    ['as a plain form of another site', () => ({ 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site', cookie })],
  ])('changes nothing %s', async (_how, headers) => {
    expect((await change(headers())).status).toBe(403);
  });

  it('of somebody else has another proof', async () => {
    const other = await fresh();
    expect((await change({ ...HERE, cookie, 'x-concord-csrf': other.cookie('__Host-csrf') ?? '' })).status).toBe(403);
  });

  it.each([
    ['an image of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ['a fetch of another port of this host', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a frame of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('is not looked at by %s', async (_who, headers) => {
    expect(await lookAs({ ...headers, cookie })).toBe(403);
  });

  it('may be followed to by a link from elsewhere', async () => {
    expect(await lookAs({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', cookie })).toBe(200);
  });

  it('is read by no other origin, framed by none, guessed at by none, and kept by nothing in between', async () => {
    const answer = await look({ origin: 'https://evil.example', cookie });
    const header = (name: string) => answer.headers.get(name);
    expect(header('access-control-allow-origin')).toBeNull();
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('referrer-policy')).toBe('no-referrer');
    expect(header('cross-origin-resource-policy')).toBe('same-origin');
    expect(header('cache-control')).toBe('no-store');
    expect(header('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(header('content-type')).toMatch(/^application\/json; charset=utf-8$/);
  });
});

describe('a session id', () => {
  it('that somebody planted is not taken over by a sign-in', async () => {
    const planted = new CookieBrowser(edge.url);
    planted.cookies.set(`${new URL(edge.url).host}|__Host-sid`, 'F'.repeat(43));
    await signIn(planted);
    expect(planted.cookie('__Host-sid')).not.toBe('F'.repeat(43));
    expect((await look({ cookie: `__Host-sid=${'F'.repeat(43)}` })).status).toBe(401);
  });

  it('of before a new sign-in is worth nothing afterwards', async () => {
    const one = await fresh();
    const before = one.header();
    await signIn(one, 'steward');
    expect([(await look({ cookie: before })).status, (await look({ cookie: one.header() })).status]).toEqual([401, 200]);
  });

  it('is 256 random bits, and no two are alike', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await fresh()).cookie('__Host-sid') ?? ''));
    expect(ids.map((id) => Buffer.from(id, 'base64url').length)).toEqual([32, 32, 32]);
    expect(new Set(ids).size).toBe(3);
  });

  it.each<[string, (id: string) => string]>([
    ['stands twice, for a neighbour’s host may have tossed one in', (id) => `__Host-sid=${id}; __Host-sid=${'A'.repeat(43)}`],
    ['stands under a name without the prefix', (id) => `sid=${id}`],
    ['stands under the prefix in small letters', (id) => `__host-sid=${id}`],
    ['is quoted', (id) => `__Host-sid="${id}"`],
    ['is longer', (id) => `__Host-sid=${id}A`],
    ['is shorter', (id) => `__Host-sid=${id.slice(1)}`],
    ['differs in its last letter', (id) => `__Host-sid=${id.slice(0, -1)}${id.endsWith('A') ? 'E' : 'A'}`],
    ['holds a path', (id) => `__Host-sid=../${id.slice(3)}`],
  ])('that %s is nobody’s', async (_how, made) => {
    expect((await look({ cookie: made(browser.cookie('__Host-sid') ?? '') })).status).toBe(401);
  });

  it('beside a bearer token is a contradiction', async () => {
    expect((await look({ cookie, authorization: `Bearer ${await edge.token('privacy')}` })).status).toBe(400);
    expect((await change({ cookie, authorization: `Bearer ${await edge.token('privacy')}` })).status).toBe(400);
  });

  it('never goes to the dashboard’s script: nor does a token, in any answer of ours', async () => {
    const text = await (await look({ cookie })).text();
    for (const secret of [browser.cookie('__Host-sid') ?? 'none', 'eyJ']) expect(text).not.toContain(secret);
  });
});

describe('a sign-in', () => {
  const callback = (query: string, pending: string) => look({ cookie: `__Host-sign-in=${pending}` }, `/auth/callback?${query}`);

  it.each([
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    '\\\\evil.example',
    '/%09/evil.example\t',
    ' /x',
    'javascript:alert(1)',
    'data:text/html,x',
    '/auth/logout',
    '/auth/login',
    `/${'a'.repeat(2_000)}`,
    '',
  ])('leads nowhere else for returnTo %j', async (bad) => {
    const answer = await look({}, `/auth/login?returnTo=${encodeURIComponent(bad)}`);
    expect(answer.headers.get('location')?.startsWith(`${edge.issuer}/protocol/openid-connect/auth?`)).toBe(true);
    const done = await signIn(new CookieBrowser(edge.url, (path) => path === '/'), 'nurse', `/auth/login?returnTo=${encodeURIComponent(bad)}`);
    expect(bad.startsWith('/%09') ? '/' : done.done.steps.at(-1)).toBe('/');
  });

  /** A person's browser that stands before the callback, with the answer of the realm in its hand. */
  const beforeCallback = async () => {
    const theirs = new CookieBrowser(edge.url, (path) => path === '/auth/callback');
    const { done } = await signIn(theirs, 'privacy', '/auth/login');
    return { query: new URL(done.headers.get('location') ?? '', edge.url).search.slice(1), pending: theirs.cookie('__Host-sign-in') ?? '' };
  };
  const changed = (query: string, name: string, value: string) => {
    const params = new URLSearchParams(query);
    params.set(name, value);
    return params.toString();
  };

  it('that another browser began is not ended by this one', async () => {
    const { query, pending } = await beforeCallback();
    const mine = new CookieBrowser(edge.url);
    await mine.open('/auth/login');
    expect((await callback(query, mine.cookie('__Host-sign-in') ?? '')).status, 'their answer in my browser').toBe(400);
    expect((await look({}, `/auth/callback?${query}`)).headers.get('location'), 'without a sign-in that was begun').toBe('/auth/login');
    expect((await callback(changed(query, 'state', 'another'), pending)).status).toBe(400);
    expect((await callback(changed(query, 'iss', 'https://evil.example'), pending)).status).toBe(400);
    expect((await callback(query, pending)).status).toBe(302);
    expect((await callback(query, pending)).status, 'the code a second time').toBe(400);
  });

  it('takes no code that was given to somebody else, under whatever state: PKCE and nonce do not fit', async () => {
    const { query } = await beforeCallback();
    const begun = await look({}, '/auth/login');
    const ours = /^__Host-sign-in=([\w-]+)/.exec(begun.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    expect((await callback(changed(query, 'state', state), ours)).status).toBe(400);
  });

  it('is not begun in a cookie that somebody made or changed', async () => {
    const one = new CookieBrowser(edge.url);
    await one.open('/auth/login');
    const genuine = one.cookie('__Host-sign-in') ?? '';
    for (const forged of ['A'.repeat(300), `${genuine.slice(0, -6)}AAAAAA`, browser.cookie('__Host-sid') ?? ''])
      expect((await callback('code=a&state=b', forged)).headers.get('location')).toBe('/auth/login');
  });
});

describe('signing out', () => {
  it('ends the session and the tokens behind it from the next request, and makes the browser forget', async () => {
    const one = await fresh();
    const stolen = one.header();
    const answer = await fetch(`${edge.url}/auth/logout`, {
      ...form({ csrf: one.cookie('__Host-csrf') ?? '' }),
      headers: { ...(form({}).headers as object), cookie: stolen },
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')?.startsWith(`${edge.issuer}/protocol/openid-connect/logout?`)).toBe(true);
    expect(answer.headers.get('clear-site-data')).toBe('"cache", "storage"');
    expect(answer.headers.getSetCookie().filter((line) => line.includes('Max-Age=0'))).toHaveLength(2);
    expect((await look({ cookie: stolen })).status).toBe(401);
  });

  it('cannot be done to somebody by another site', async () => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, HERE] as Record<string, string>[]) {
      const answer = await fetch(`${edge.url}/auth/logout`, { method: 'POST', headers: { cookie, ...headers }, redirect: 'manual' });
      expect(answer.status).toBe(403);
    }
    expect((await look({ cookie })).status).toBe(200);
  });

  it('everywhere ends what the person had open on other devices, and nobody else’s', async () => {
    const [here, there, other] = [await fresh('steward'), await fresh('steward'), await fresh('patient')];
    await fetch(`${edge.url}/auth/logout-everywhere`, {
      ...form({ csrf: here.cookie('__Host-csrf') ?? '' }),
      headers: { ...(form({}).headers as object), cookie: here.header() },
      redirect: 'manual',
    });
    const states = await Promise.all([here, there, other].map(async (one) => (await look({ cookie: one.header() })).status));
    expect(states).toEqual([401, 401, 200]);
    expect((await edge.get('/api/v1/session', 'patient')).status).toBe(200);
  });
});

describe('the edge', () => {
  it('answers neither TRACE nor an upgrade', async () => {
    expect(await lookAs({ cookie }, 'TRACE')).toBeGreaterThanOrEqual(400);
    expect(
      await lookAs({ cookie, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-version': '13' }),
    ).not.toBe(101);
  });
});
