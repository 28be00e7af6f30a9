import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { RealmAdmin, reason, startKeycloakEdge } from '../keycloak-realm.ts';
import { serviceAccountSuite } from '../service-account-suite.ts';

describe.skipIf(reason !== undefined)(`a service account of a real Keycloak${reason === undefined ? '' : `: ${reason}`}`, () => {
  const seen: AccessRequest[] = [];
  const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'feed-1', alg: 'ES256', use: 'sig' } as JWK;
  let edge: Awaited<ReturnType<typeof startKeycloakEdge>>;

  beforeAll(async () => {
    edge = await startKeycloakEdge(seen);
    const admin = new RealmAdmin();
    const id = await admin.idOfClient('concord-integrator');
    const client = await admin.call<{ readonly attributes: Record<string, string> }>('GET', `/clients/${id}`);
    const { d: _private, ...open } = key;
    await admin.call('PUT', `/clients/${id}`, { ...client, attributes: { ...client.attributes, 'jwks.string': JSON.stringify({ keys: [open] }) } });
  });
  afterAll(() => edge.close());

  serviceAccountSuite(() => ({ url: edge.url, issuer: edge.issuer, key, seen }));
});
