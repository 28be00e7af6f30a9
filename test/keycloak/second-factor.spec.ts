import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { CookieBrowser } from '../cookie-browser.ts';
import { personalTokens, reason, RealmAdmin, signInAtKeycloak, startKeycloakEdge } from '../keycloak-realm.ts';

describe.skipIf(reason !== undefined)(`a site that asks everybody for a second factor${reason === undefined ? '' : `: ${reason}`}`, () => {
  const admin = new RealmAdmin();
  const seen: AccessRequest[] = [];
  let edge: Awaited<ReturnType<typeof startKeycloakEdge>>;

  beforeAll(async () => {
    edge = await startKeycloakEdge(seen, { CONCORD_SECOND_FACTOR: 'always' });
    // Shorter than the edge waits with renewing: every request of a session renews its token.
    await admin.call('PUT', '', { accessTokenLifespan: 20 });
  });
  afterAll(async () => {
    await admin.call('PUT', '', { accessTokenLifespan: 300 });
    await edge.close();
  });

  it('signs in with password and code, and the session lives on through renewed tokens, which still say so', async () => {
    const browser = new CookieBrowser(edge.url);
    await signInAtKeycloak(browser, 'nurse');
    for (let i = 0; i < 3; i += 1) {
      expect((await browser.open('/api/v1/session')).status).toBe(200);
      expect(seen.at(-1)?.actor).toMatchObject({ login: 'nurse', assurance: 'mfa' });
    }
  });

  it('believes no token of a person who showed a password alone', async () => {
    const { access } = await personalTokens(edge, 'physician');
    expect((await fetch(`${edge.url}/api/v1/session`, { headers: { authorization: `Bearer ${access}` } })).status).toBe(401);
  });
});
