import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { personalTokens, RealmAdmin, reason, startKeycloakEdge } from '../keycloak-realm.ts';
import type { TokenWorld } from '../token-attacks.ts';
import { tokenSuite, worldOf } from '../token-suite.ts';

describe.skipIf(reason !== undefined)(`the edge, in front of a real Keycloak,${reason === undefined ? '' : ` ${reason}`}`, () => {
  const admin = new RealmAdmin();
  let edge: Awaited<ReturnType<typeof startKeycloakEdge>>;
  let world: TokenWorld;
  let key = '';

  beforeAll(async () => {
    edge = await startKeycloakEdge();
    // A key of ours signs for the realm, so that the attacker has what no attacker should: every case fails for itself alone.
    const pem = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    key = await admin.addKey('known', pem, 800);
    const { access } = await personalTokens(edge, 'physician');
    world = worldOf(access, createPrivateKey(pem), edge.issuer);
  });
  afterAll(async () => {
    await admin.call('DELETE', `/components/${key}`);
    await edge.close();
  });

  tokenSuite(() => ({ url: edge.url, world: () => world }), 10_000);
});
