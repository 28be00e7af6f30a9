import { createHmac, createPublicKey, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

type Json = Record<string, unknown>;

let edge: RunningEdge;
let header: Json;
let claims: Json;
let parts: string[];
let genuine: KeyObject;
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Json;
/** Signed with the realm's own key unless another is given: what is wrong is then only what the case changes. */
const signed = (head: Json, body: Json, key = genuine) => {
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key).toString('base64url')}`;
};
const statusOf = async (token: string) => (await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })).status;

beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend() });
  const token = await edge.token('physician');
  parts = token.split('.');
  [header, claims] = [decode(parts[0]), decode(parts[1])];
  genuine = createPrivateKey({ key: edge.secrets.signingKey, format: 'jwk' });
});
afterAll(() => edge.close());

describe('a genuine token', () => {
  it('is believed, and so is one that only a new signature tells apart', async () => {
    expect(await statusOf(await edge.token('physician'))).toBe(200);
    expect(await statusOf(signed(header, claims))).toBe(200);
  });

  it('lives for at most five minutes', () => {
    expect(Number(claims['exp']) - Number(claims['iat'])).toBeLessThanOrEqual(300);
  });
});

const now = () => Math.floor(Date.now() / 1000);

/** Signed by the realm itself: each is refused for its claims alone. */
const CLAIMS: Record<string, () => Json> = {
  'has ended': () => ({ ...claims, iat: now() - 400, exp: now() - 100 }),
  'never ends': () => ({ ...claims, exp: undefined }),
  'ends at a word': () => ({ ...claims, exp: 'tomorrow' }),
  'ends before it begins': () => ({ ...claims, iat: now(), exp: now() - 1 }),
  'ends after a day': () => ({ ...claims, iat: now(), exp: now() + 86_400 }),
  'ends at infinity': () => ({ ...claims, exp: 1e308 }),
  'has not begun': () => ({ ...claims, nbf: now() + 120 }),
  'was issued in the future': () => ({ ...claims, iat: now() + 120, exp: now() + 300 }),
  'says no time of issue': () => ({ ...claims, iat: undefined }),
  'comes from another realm': () => ({ ...claims, iss: edge.issuer.replace('concord', 'other') }),
  'comes from the realm with a slash more': () => ({ ...claims, iss: `${edge.issuer}/` }),
  'comes from the realm in capitals': () => ({ ...claims, iss: edge.issuer.toUpperCase() }),
  'names no issuer': () => ({ ...claims, iss: undefined }),
  'is meant for another service': () => ({ ...claims, aud: 'another-service' }),
  'is meant for us and for another service': () => ({ ...claims, aud: ['concord-api', 'another-service'] }),
  'is meant for a longer name': () => ({ ...claims, aud: 'concord-api-2' }),
  'is meant for nobody': () => ({ ...claims, aud: undefined }),
  'was asked for by another client': () => ({ ...claims, azp: 'another-client' }),
  'was asked for by nobody': () => ({ ...claims, azp: undefined }),
  'is an ID token': () => ({ ...claims, typ: 'ID' }),
  'is a refresh token': () => ({ ...claims, typ: 'Refresh' }),
  'is of no type': () => ({ ...claims, typ: undefined }),
  'is about nobody': () => ({ ...claims, sub: undefined }),
  'is about a list of people': () => ({ ...claims, sub: ['a'] }),
  'has roles as one word': () => ({ ...claims, resource_access: { 'concord-api': { roles: 'physician' } } }),
  'has roles as an object': () => ({ ...claims, resource_access: { 'concord-api': { roles: { physician: true } } } }),
  'has access as a list': () => ({ ...claims, resource_access: ['concord-api'] }),
  'carries a line break in a name for records': () => ({ ...claims, preferred_username: 'physician\nprivacy' }),
};

const other = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);

/** What nobody issued, or what was changed on the way. */
const FORGERIES: Record<string, () => string[]> = {
  'has no signature': () => [`${parts[0]}.${parts[1]}.`, `${parts[0]}.${parts[1]}`, `${parts[0]}.${parts[1]}.${parts[2]}.`],
  'asks for no algorithm': () =>
    ['none', 'None', 'nOnE', ''].flatMap((alg) => [`${encode({ ...header, alg })}.${parts[1]}.`, `${encode({ ...header, alg })}.${parts[1]}.${parts[2]}`]),
  'has another payload under the same signature': () => [`${parts[0]}.${encode({ ...claims, sub: 'admin' })}.${parts[2]}`],
  'has another signature': () => [`${parts[0]}.${parts[1]}.${other(parts[2] ?? '')}`, `${parts[0]}.${parts[1]}.${(parts[2] ?? '').slice(0, -4)}`],
  'is signed by a stranger under our key id': () => [signed(header, claims, stranger)],
  'names no key, an unknown key or a strange one': () => [
    signed({ ...header, kid: undefined }, claims),
    ...['../../../dev/null', "x' UNION SELECT 'key", 'http://127.0.0.1:9/k', '__proto__', 'constructor', 'a'.repeat(8_000)].map((kid) =>
      signed({ ...header, kid }, claims, stranger),
    ),
    signed({ ...header, kid: ['a'] }, claims, stranger),
  ],
  'brings its own key': () => [
    signed({ ...header, jwk: createPublicKey(stranger).export({ format: 'jwk' }) }, claims, stranger),
    signed({ ...header, jku: 'http://127.0.0.1:9/keys.json' }, claims, stranger),
    signed({ ...header, x5u: 'http://127.0.0.1:9/keys.pem' }, claims),
    signed({ ...header, x5c: ['AAAA'] }, claims),
  ],
  'asks for rules that nobody knows': () => [signed({ ...header, crit: ['x'], x: true }, claims), signed({ ...header, b64: false, crit: ['b64'] }, claims)],
  'swaps the algorithm of its signature': () => ['RS384', 'PS256', 'ES256', 'EdDSA'].map((alg) => signed({ ...header, alg }, claims)),
  'is no token': () => ['x', 'null', '..', 'a.b.c', `${'A'.repeat(4_000)}.${'A'.repeat(4_000)}.AA`, `${parts.join('.')}=`, 'A'.repeat(15_000)],
};

describe('a token that', () => {
  for (const [what, make] of Object.entries(CLAIMS)) it(`${what} is refused`, async () => expect(await statusOf(signed(header, make()))).toBe(401));
  for (const [what, make] of Object.entries(FORGERIES))
    it(`${what} is refused`, async () => {
      for (const token of make()) expect([token.slice(0, 60), await statusOf(token)]).toEqual([token.slice(0, 60), 401]);
    });

  it('uses the public key as a secret is refused', async () => {
    const key = createPublicKey(genuine);
    const jwk = key.export({ format: 'jwk' });
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      String(jwk.n),
      Buffer.from(String(jwk.n), 'base64url'),
    ];
    for (const secret of secrets) {
      const input = `${encode({ ...header, alg: 'HS256' })}.${parts[1]}`;
      expect(await statusOf(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`)).toBe(401);
    }
  });

  it('holds roles outside our vocabulary gives none', async () => {
    const token = signed(header, {
      ...claims,
      resource_access: { 'concord-api': { roles: ['admin', '__proto__'] }, other: { roles: ['privacy'] } },
      realm_access: { roles: ['privacy'] },
    });
    const answer = await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({ roles: [] });
  });

  it('stands elsewhere than in the header, or twice in it, is not seen', async () => {
    const token = signed(header, claims);
    expect((await fetch(`${edge.url}/api/v1/session?access_token=${token}`)).status).toBe(401);
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { cookie: `session=${token}; token=${token}; __Host-sid=${token}` } })).status).toBe(401);
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Basic ${encode('physician:concord-demo')}` } })).status).toBe(401);
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}, Bearer ${token}` } })).status).toBe(401);
  });
});
