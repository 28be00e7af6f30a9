import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceId } from '@concord/core/clinical';
import { createVerifiers } from '@concord/adapters/keycloak';
import { signed } from '../token-attacks.ts';

const ISSUER = 'http://127.0.0.1/realms/concord';
const now = () => Math.floor(Date.now() / 1000);
const CLAIMS = { iss: ISSUER, aud: 'concord-api', sub: 's', azp: 'concord-web', typ: 'Bearer', jti: 'j', preferred_username: 'nurse' };

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function makeKey(kid: string, modulusLength = 3072): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
const tokenBy = ({ kid, privateKey }: Key) => signed({ alg: 'RS256', typ: 'JWT', kid }, { ...CLAIMS, iat: now(), exp: now() + 200 }, privateKey);

/** The keys of a realm that does as it is told: answers, fails, hangs, or talks nonsense. */
let server: Server;
let answer: (response: ServerResponse) => void;
let asked = 0;
let verify: (token: string) => Promise<string>;
const a = makeKey('a');
const b = makeKey('b');
const keys =
  (...all: readonly Key[]) =>
  (response: ServerResponse) =>
    response.end(JSON.stringify({ keys: all.map(({ jwk }) => jwk) }));

beforeEach(async () => {
  asked = 0;
  answer = keys(a);
  server = createServer((_request, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json');
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { token } = createVerifiers({
    issuer: ISSUER,
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`,
    audience: 'concord-api',
    webClient: 'concord-web',
    clients: ['concord-web'],
    realm: 'concord',
    sources: new Map<string, SourceId>(),
    keys: { freshFor: 150, coolDown: 80, staleFor: 1_200 },
  });
  verify = async (text) => {
    const result = await token(text);
    return result.ok ? 'believed' : result.error.kind;
  };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('when the realm’s keys', () => {
  it('cannot be had at all, nothing is known about a token: it is neither believed nor called false', async () => {
    answer = (response) => response.writeHead(500).end();
    expect(await verify(tokenBy(a))).toBe('unavailable');
    answer = (response) => response.end('not json');
    expect(await verify(tokenBy(a))).toBe('unavailable');
  });

  it('are said to lie elsewhere, nobody follows', async () => {
    answer = (response) => response.writeHead(302, { location: `http://127.0.0.1:${(server.address() as AddressInfo).port}/elsewhere` }).end();
    expect([await verify(tokenBy(a)), asked]).toEqual(['unavailable', 1]);
  });

  it('hang, the request is given up after three seconds', async () => {
    answer = () => undefined;
    const began = performance.now();
    expect(await verify(tokenBy(a))).toBe('unavailable');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('were seen and the realm is away, they count for a while and then no longer', async () => {
    expect(await verify(tokenBy(a))).toBe('believed');
    answer = (response) => response.writeHead(503).end();
    await pause(300);
    expect(await verify(tokenBy(a))).toBe('believed');
    expect(await verify(tokenBy(b)), 'a key that nobody has seen').not.toBe('believed');
    await pause(1_300);
    expect(await verify(tokenBy(a))).toBe('unavailable');
  });

  it('change, the new one counts at once, the old one while the realm shows it, and no longer than that', async () => {
    expect(await verify(tokenBy(a))).toBe('believed');
    await pause(100);
    answer = keys(b, a);
    expect([await verify(tokenBy(b)), await verify(tokenBy(a))]).toEqual(['believed', 'believed']);
    answer = keys(b);
    await pause(300);
    expect([await verify(tokenBy(b)), await verify(tokenBy(a))]).toEqual(['believed', 'invalid']);
  });

  it('are asked for again because of an unknown id, a flood of such tokens does not ask more often than the cool-down lets it', async () => {
    expect(await verify(tokenBy(a))).toBe('believed');
    const stray = makeKey('nobody-knows');
    const forged = tokenBy(stray);
    const began = performance.now();
    for (let i = 0; i < 200; i += 1) expect(await verify(forged)).not.toBe('believed');
    expect(asked).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 80));
  });

  it('is not believed with a key of 2,048 bits, whatever it signs: that is 112 bits of strength', async () => {
    const short = makeKey('short', 2048);
    answer = keys(short, a);
    expect(await verify(tokenBy(short))).toBe('invalid');
    expect(await verify(tokenBy(a))).toBe('believed');
  });
});
