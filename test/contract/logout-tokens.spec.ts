import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { CookieBrowser, signIn } from '../cookie-browser.ts';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import { decode, signed, type Json } from '../token-attacks.ts';

let edge: RunningEdge;
let genuine: KeyObject;
let kid = '';
const seen: AccessRequest[] = [];
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend(seen) });
  genuine = createPrivateKey({ key: edge.secrets.signingKey, format: 'jwk' });
  kid = String(decode((await edge.token('nurse')).split('.')[0])['kid']);
});
afterAll(() => edge.close());

const now = () => Math.floor(Date.now() / 1000);
const claims = (more: Json): Json => ({
  iss: edge.issuer,
  aud: 'concord-web',
  iat: now(),
  exp: now() + 120,
  jti: randomUUID(),
  events: { [EVENT]: {} },
  ...more,
});
const token = (more: Json, head: Json = {}, key = genuine) => signed({ alg: 'RS256', typ: 'logout+jwt', kid, ...head }, claims(more), key);
const send = (body: string, type = 'application/x-www-form-urlencoded') =>
  fetch(`${edge.url}/auth/backchannel-logout`, { method: 'POST', headers: { 'content-type': type }, body });
const told = async (logout: string) => (await send(new URLSearchParams({ logout_token: logout }).toString())).status;
const signedIn = async (user: string) => {
  const browser = new CookieBrowser(edge.url);
  await signIn(browser, user);
  const status = async () => (await browser.open('/api/v1/session')).status;
  expect(await status()).toBe(200);
  return { status, sid: seen.at(-1)?.actor.sessionId, sub: seen.at(-1)?.actor.subject };
};

describe('a logout token of the realm', () => {
  it('ends the session that it names, from the next request on, and no other', async () => {
    const [one, other] = [await signedIn('nurse'), await signedIn('nurse')];
    expect(await told(token({ sid: one.sid, sub: one.sub }))).toBe(200);
    expect([await one.status(), await other.status()]).toEqual([401, 200]);
  });

  it('that names a person alone ends everything that person had open', async () => {
    const [one, other, theirs] = [await signedIn('steward'), await signedIn('steward'), await signedIn('patient')];
    expect(await told(token({ sub: one.sub }))).toBe(200);
    expect([await one.status(), await other.status(), await theirs.status()]).toEqual([401, 401, 200]);
  });

  it('may come twice', async () => {
    const { sid } = await signedIn('nurse');
    const twice = token({ sid });
    expect([await told(twice), await told(twice)]).toEqual([200, 200]);
  });

  it.each<[string, (at: { sid: unknown; sub: unknown }) => string]>([
    ['that a stranger signed', (at) => token(at, {}, stranger)],
    ['without an algorithm', (at) => `${token(at, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['for another client', (at) => token({ ...at, aud: 'concord-api' })],
    ['for us and another client', (at) => token({ ...at, aud: ['concord-web', 'other'] })],
    ['of another realm', (at) => token({ ...at, iss: `${edge.issuer}2` })],
    ['that has ended', (at) => token({ ...at, iat: now() - 300, exp: now() - 100 })],
    ['that never ends', (at) => token({ ...at, exp: undefined })],
    ['that is an hour old', (at) => token({ ...at, iat: now() - 3_600 })],
    ['without an id', (at) => token({ ...at, jti: undefined })],
    ['without its event', (at) => token({ ...at, events: undefined })],
    ['with another event', (at) => token({ ...at, events: { other: {} } })],
    ['with its event as a word', (at) => token({ ...at, events: EVENT })],
    ['that is an ID token: it has a nonce', (at) => token({ ...at, nonce: 'n' })],
    ['that names nobody', () => token({})],
    ['that names a list', () => token({ sid: ['a'], sub: ['b'] })],
    ['that says it is an access token', (at) => token(at, { typ: 'at+jwt' })],
    ['that brings its own key', (at) => token(at, { jku: 'http://127.0.0.1:9/' })],
  ])('%s ends nothing', async (_how, made) => {
    const { status, sid, sub } = await signedIn('radiologist');
    expect(await told(made({ sid, sub }))).toBe(400);
    expect(await status()).toBe(200);
  });

  it('is asked for as one form field, not as an access token, twice, or in another type', async () => {
    const { sid } = await signedIn('radiologist');
    const genuineToken = token({ sid });
    expect((await send(`logout_token=${genuineToken}&logout_token=${genuineToken}`)).status).toBe(400);
    expect((await send('')).status).toBe(400);
    expect((await send(JSON.stringify({ logout_token: genuineToken }), 'application/json')).status).toBe(415);
    expect(await told(await edge.token('nurse'))).toBe(400);
    const answer = await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${genuineToken}` } });
    expect(answer.status, 'a logout token opens nothing').toBe(401);
  });
});
