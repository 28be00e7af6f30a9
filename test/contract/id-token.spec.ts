import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../apps/api/src/identity/sessions.ts';
import { SignIn } from '../../apps/api/src/identity/sign-in.ts';
import { instant } from '../../libs/core/kernel/index.ts';
import { sessionParts } from '../memory-sessions.ts';
import { signed } from '../token-attacks.ts';

/** A realm that gives whatever ID token it is told to for a good code. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let claims: Readonly<Record<string, unknown>> = {};
const realm = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  const token = signed({ alg: 'RS256', typ: 'JWT', kid: 'k' }, claims, privateKey);
  response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token }));
});

let signIn: SignIn;
let issuer = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => realm.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(realm.address() as AddressInfo).port}/realms/concord`;
  const { sessions: store, sessionSeal: seal } = sessionParts();
  const now = () => instant(Date.now());
  const identity = { issuer, realmUrl: issuer, relayTo: undefined, webClientSecret: { value: 'a-secret-of-the-client' } };
  signIn = new SignIn({ identity, publicUrl: 'http://localhost:3000', seal, now, sessions: new Sessions({ store, seal, now }) });
});
afterAll(() => new Promise((resolve) => realm.close(resolve)));

/** Goes through a sign-in that ends in an ID token with these claims in place of the good ones. @returns whether a session began. */
async function signedInWith(other: Readonly<Record<string, unknown>>): Promise<boolean> {
  const { pending, location } = await signIn.begin('/');
  const asked = new URL(location).searchParams;
  const begun = signIn.pendingOf(pending);
  if (begun === undefined) throw new Error('the sign-in was not begun');
  const now = Math.floor(Date.now() / 1000);
  claims = { iss: issuer, aud: 'concord-web', azp: 'concord-web', sub: 'person-1', nonce: asked.get('nonce'), iat: now, exp: now + 60, ...other };
  return (await signIn.complete(begun, `code=good&state=${asked.get('state') ?? ''}`)) !== undefined;
}

describe('an ID token', () => {
  it('begins a session when it is for this client, from this realm, for this sign-in', async () => {
    expect(await signedInWith({})).toBe(true);
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['for another client', { aud: 'another-client', azp: 'another-client' }],
    ['for another client that names ours as who asked', { aud: 'another-client' }],
    ['for several, asked for by another', { aud: ['concord-web', 'another-client'], azp: 'another-client' }],
    ['for a client whose name begins like ours', { aud: 'concord-web-2' }],
    ['for nobody', { aud: undefined }],
    ['of another realm', { iss: 'http://127.0.0.1/realms/other' }],
    ['of another sign-in', { nonce: 'another' }],
    ['that has ended', { exp: Math.floor(Date.now() / 1000) - 120 }],
  ])('%s begins none', async (_what, other) => {
    expect(await signedInWith(other)).toBe(false);
  });
});
