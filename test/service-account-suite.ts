import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { assertion, serviceToken } from './service-account.ts';

export interface ServiceTarget {
  readonly url: string;
  readonly issuer: string;
  readonly key: JWK;
  /** What the edge was asked, by whom. */
  readonly seen: readonly AccessRequest[];
}

/** What holds for a site's feed, whichever realm it signs in at. */
export function serviceAccountSuite(target: () => ServiceTarget): void {
  it('gets a token for a statement that its own key signed, and is the source that it is configured to be', async () => {
    const { url, issuer, key, seen } = target();
    const { status, body } = await serviceToken(issuer, await assertion(key, issuer));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body['refresh_token']).toBeUndefined();
    const answer = await fetch(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${String(body['access_token'])}` } });
    expect([answer.status, ((await answer.json()) as { roles: unknown }).roles]).toEqual([200, ['integrator']]);
    expect(seen.at(-1)?.actor).toMatchObject({ clientId: 'concord-integrator', sourceId: 'integrator', login: 'service-account-concord-integrator' });
    expect(seen.at(-1)?.actor).not.toHaveProperty('assurance');
  });

  it('gets none for a statement by another key, of another client, for another realm, or that was shown before', async () => {
    const { issuer, key } = target();
    const stranger = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: key.kid ?? '' } as JWK;
    const id = randomUUID();
    expect((await serviceToken(issuer, await assertion(key, issuer, { id }))).status).toBe(200);
    const bad = [
      await assertion(stranger, issuer),
      await assertion(key, issuer, { client: 'concord-web' }),
      await assertion(key, 'https://other.example/realms/concord'),
      await assertion(key, issuer, { id }),
    ];
    for (const statement of bad) expect([400, 401]).toContain((await serviceToken(issuer, statement)).status);
  });
}
