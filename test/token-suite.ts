import { createPublicKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { ATTACK_NAMES, decode, encode, mutated, namedAttacks, signed, type TokenWorld } from './token-attacks.ts';

export interface TokenTarget {
  /** The edge. */
  readonly url: string;
  readonly world: () => TokenWorld;
}

const ask = (url: string, authorization: string) => fetch(`${url}/api/v1/session`, { headers: { authorization } });

/** The status of the answer; 0 for what the client itself cannot put into a header. */
export async function statusOf(url: string, token: string): Promise<number> {
  if (/[^\x21-\x7e]/.test(token)) return 0;
  const answer = await ask(url, `Bearer ${token}`);
  await answer.arrayBuffer();
  return answer.status;
}

/** What holds for tokens of any realm: genuine ones are believed, nothing else is, and nothing breaks. */
export function tokenSuite(target: () => TokenTarget, mutations: number): void {
  it('believes a genuine token, and one that only a new signature tells apart', async () => {
    const { url, world } = target();
    const { header, claims, parts, genuine } = world();
    expect(await statusOf(url, parts.join('.'))).toBe(200);
    expect(await statusOf(url, signed(header, claims, genuine))).toBe(200);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBeLessThanOrEqual(300);
  });

  it('knows at least sixty named attacks', () => {
    expect(ATTACK_NAMES.length).toBeGreaterThanOrEqual(60);
  });

  it.each(ATTACK_NAMES)('refuses a token that %s', async (name) => {
    const { url, world } = target();
    const tokens = namedAttacks(world()).find(([one]) => one === name)?.[1] ?? [];
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of tokens) expect([token.slice(0, 60), await statusOf(url, token)]).toEqual([token.slice(0, 60), token === '' ? 200 : 401]);
  });

  it(`refuses ${mutations} tokens with something changed at random, without one failure of its own`, async () => {
    expect(await storm(target(), mutations, 20261127)).toEqual({ accepted: [], broken: [], tried: mutations });
  });

  it('gives no role outside our vocabulary, and none that another client hands out', async () => {
    const { url, world } = target();
    const { header, claims, genuine } = world();
    const access = { 'concord-api': { roles: ['admin', '__proto__', 'nurses', 'constructor'] }, other: { roles: ['privacy'] } };
    const answer = await ask(url, `Bearer ${signed(header, { ...claims, resource_access: access, realm_access: { roles: ['privacy'] } }, genuine)}`);
    expect([answer.status, ((await answer.json()) as { roles?: unknown }).roles]).toEqual([200, []]);
  });

  it('does not look for a token elsewhere than in the header, nor at two in it', async () => {
    const { url, world } = target();
    const token = world().parts.join('.');
    expect((await fetch(`${url}/api/v1/session?access_token=${token}`)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/session`, { headers: { cookie: `session=${token}; token=${token}; __Host-sid=${token}` } })).status).toBe(401);
    for (const value of [
      `Basic ${encode('physician:concord-demo')}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} ${token}`,
      `DPoP ${token}`,
      token,
      'Bearer',
    ])
      expect([value.slice(0, 12), (await ask(url, value)).status]).toEqual([value.slice(0, 12), 401]);
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `access_token=${token}` };
    expect((await fetch(`${url}/fhir/R4/Patient/_search`, form)).status).toBe(401);
  });
}

/** Sends this many changed tokens, 32 at a time. @returns those that were believed, and those that met with a failure of ours. */
export async function storm({ url, world }: TokenTarget, count: number, seed: number) {
  const rng = seededRng(seed);
  const tokens = Array.from({ length: count }, () => mutated(world(), () => rng.next()));
  const found: { accepted: string[]; broken: string[]; tried: number } = { accepted: [], broken: [], tried: 0 };
  const lane = async (): Promise<void> => {
    for (let token = tokens.pop(); token !== undefined; token = tokens.pop()) {
      const status = await statusOf(url, token);
      found.tried += 1;
      if (status === 200) found.accepted.push(token);
      else if (status !== 401 && status !== 0) found.broken.push(`${status} ${token}`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  return found;
}

/** A world from a genuine token and the key that signed it. */
export function worldOf(token: string, genuine: TokenWorld['genuine'], issuer: string): TokenWorld {
  const parts = token.split('.');
  createPublicKey(genuine);
  return { header: decode(parts[0]), claims: decode(parts[1]), parts, genuine, issuer };
}
