import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '@concord/core/ports';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import { ROOT } from '../running-system.ts';

type Json = Readonly<Record<string, unknown>>;
interface Client extends Json {
  readonly clientId: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

const read = (name: string) => JSON.parse(readFileSync(join(ROOT, 'infra/keycloak', name), 'utf8')) as Json;
const realm = read('concord-realm.json');
const people = read('concord-users-0.json')['users'] as readonly { readonly username: string; readonly clientRoles: Json }[];
const clients = realm['clients'] as readonly Client[];
const client = (id: string): Client => clients.find(({ clientId }) => clientId === id) ?? { clientId: 'none' };

describe('the realm that a site imports', () => {
  it('holds the roles of our vocabulary, and nobody but the service account', () => {
    const roles = (realm['roles'] as { client: Record<string, { name: string }[]> }).client['concord-api'] ?? [];
    expect(roles.map(({ name }) => name).sort()).toEqual([...ROLES].sort());
    expect((realm['users'] as { username: string }[]).map(({ username }) => username)).toEqual(['service-account-concord-integrator']);
  });

  it('gives tokens of five minutes, codes of one, sessions of fifteen minutes without use and twelve hours at most', () => {
    expect(realm).toMatchObject({ accessTokenLifespan: 300, accessCodeLifespan: 60, ssoSessionIdleTimeout: 900, ssoSessionMaxLifespan: 43_200 });
    expect(realm).toMatchObject({ revokeRefreshToken: true, refreshTokenMaxReuse: 0, offlineSessionMaxLifespanEnabled: true });
  });

  it('slows down who guesses, and asks for twelve characters of any kind that never end by age', () => {
    expect(realm).toMatchObject({ bruteForceProtected: true, permanentLockout: false, failureFactor: 5 });
    expect(String(realm['passwordPolicy'])).toMatch(/^length\(12\) and maxLength\(128\)/);
    expect(String(realm['passwordPolicy'])).not.toMatch(/specialChars|upperCase|digits|forceExpired/);
    expect(realm).toMatchObject({ registrationAllowed: false, resetPasswordAllowed: false });
  });

  it('refuses passwords that hold the words of this place, which the page of security lists, and signs with keys of 128 bits of strength', () => {
    const words = /regexPattern\(\(\?i\)\^\(\?!\.\*\(([\w|]+)\)\)\.\*\$\)/.exec(String(realm['passwordPolicy']))?.[1]?.split('|') ?? [];
    const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
    const keys = (realm['components'] as Record<string, { providerId: string; config: Json }[]>)['org.keycloak.keys.KeyProvider'] ?? [];
    expect(keys.find(({ providerId }) => providerId === 'rsa-generated')?.config).toMatchObject({ keySize: ['3072'], algorithm: ['RS256'] });
  });

  it('has no client that anybody can be: no public one, no password grant, no implicit flow, no role that it does not need', () => {
    for (const one of clients.filter(({ clientId }) => clientId !== 'concord-api'))
      expect([one.clientId, one]).toMatchObject([
        one.clientId,
        { publicClient: false, implicitFlowEnabled: false, directAccessGrantsEnabled: false, fullScopeAllowed: false },
      ]);
    expect(realm['directGrantFlow']).toBe('concord no direct grant');
    expect(client('concord-web').attributes).toMatchObject({ 'pkce.code.challenge.method': 'S256', 'backchannel.logout.session.required': 'true' });
    expect(client('concord-integrator')).toMatchObject({ clientAuthenticatorType: 'client-jwt', serviceAccountsEnabled: true, standardFlowEnabled: false });
    expect(client('concord-cli')).toMatchObject({ enabled: false });
  });

  it('has a group for each ward, which gives no role by itself, and says when a session ended to nobody but the API', () => {
    const groups = realm['groups'] as readonly { name: string; subGroups: readonly Json[] }[];
    expect(groups.map(({ name, subGroups }) => [name, subGroups])).toEqual([['wards', [{ name: 'ward-a' }, { name: 'ward-b' }]]]);
    const told = clients.filter(({ attributes }) => attributes?.['backchannel.logout.url'] !== undefined);
    expect(told.map(({ clientId, attributes }) => [clientId, attributes?.['backchannel.logout.session.required']])).toEqual([['concord-web', 'true']]);
    expect(told[0]?.attributes?.['backchannel.logout.url']).toMatch(/\/auth\/backchannel-logout$/);
  });

  it('holds no secret: what a site must keep to itself comes from its environment', () => {
    expect(client('concord-web')['secret']).toBe('${CONCORD_WEB_CLIENT_SECRET}');
    expect(JSON.stringify(realm)).not.toMatch(/"(?:privateKey|credentials|secretData)"/);
  });
});

describe('the demo identity', () => {
  let edge: RunningEdge;
  beforeAll(async () => {
    edge = await startEdge({ backend: emptyBackend() });
  });
  afterAll(() => edge.close());

  it('has the addresses of that realm', async () => {
    const found = (await (await fetch(`${edge.issuer}/.well-known/openid-configuration`)).json()) as Json;
    const at = (path: string) => `${edge.issuer}/protocol/openid-connect/${path}`;
    expect(found).toMatchObject({
      issuer: edge.issuer,
      authorization_endpoint: at('auth'),
      token_endpoint: at('token'),
      jwks_uri: at('certs'),
      end_session_endpoint: at('logout'),
      revocation_endpoint: at('revoke'),
      userinfo_endpoint: at('userinfo'),
      acr_values_supported: ['password', 'mfa'],
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  it('gives each person of the demo the roles of the export, in the claims of a Keycloak', async () => {
    for (const { username, clientRoles } of people) {
      const [, body = ''] = (await edge.token(username)).split('.');
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Json;
      expect(claims).toMatchObject({ typ: 'Bearer', azp: 'concord-cli', aud: 'concord-api', preferred_username: username });
      expect(claims['resource_access']).toEqual({ 'concord-api': { roles: clientRoles['concord-api'] } });
    }
  });
});
