import { Provider, type ClientMetadata, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { API, RESOURCE, SECOND_FACTOR, type Realm, type RealmClient, type User } from './realm.ts';
import type { Secrets } from './secrets.ts';
import type { FileStore } from './file-store.ts';
import { errorPage, signedOutPage } from './pages.ts';
import { addTokenExchange, GRANT } from './token-exchange.ts';

const SCOPE = 'openid profile';
const PATH = '/protocol/openid-connect';

interface Parts {
  readonly publicUrl: string;
  readonly realm: Realm;
  readonly secrets: Secrets;
  readonly store: FileStore;
}

/** An OpenID provider with the addresses, claims and lifetimes of the Keycloak realm `concord`. */
export function createProvider(parts: Parts): Provider {
  const provider = new Provider(`${parts.publicUrl}/realms/concord`, {
    ...configuration(parts),
    ...interactionsOf(parts),
    ...tokensOf(parts),
  });
  // The edge in front names scheme and host.
  provider.proxy = true;
  addTokenExchange(provider, parts.realm, resourceServer(parts.realm));
  return provider;
}

/** Claims of an access token as Keycloak writes them: `typ`, `azp`, client roles under `resource_access`. */
function keycloakClaims(user: User | undefined, clientId: string, roles: readonly string[]): Record<string, unknown> {
  return {
    typ: 'Bearer',
    azp: clientId,
    preferred_username: user?.login ?? `service-account-${clientId}`,
    ...(user === undefined ? {} : { name: user.name }),
    resource_access: { [API]: { roles } },
  };
}

/** How and when the person behind a token proved who they are, and the id by which a sign-out names it; kept through every renewal. */
function authenticationClaims(ctx: KoaContextWithOIDC): Record<string, unknown> {
  const { entities, params } = ctx.oidc;
  const { AuthorizationCode: code, RefreshToken: renewal } = entities;
  // Whoever holds the secret of the exchange owns the demo: they may stand for a person with a second factor too.
  if (params?.['grant_type'] === GRANT && params['acr_values'] === SECOND_FACTOR) return { acr: SECOND_FACTOR, auth_time: Math.floor(Date.now() / 1000) };
  const { authTime, acr, sid } = code ?? renewal ?? {};
  return Object.fromEntries(Object.entries({ auth_time: authTime, acr, sid }).filter(([, value]) => value !== undefined));
}

function resourceServer(realm: Realm) {
  return { scope: SCOPE, audience: API, accessTokenTTL: realm.tokenLife, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } } as const;
}

function configuration({ realm, secrets, store }: Parts): Configuration {
  return {
    adapter: (kind: string) => store.adapterFor(kind),
    jwks: { keys: [{ ...secrets.signingKey }] },
    cookies: { keys: [secrets.cookieKey], long: { path: '/realms/concord', signed: true }, short: { path: '/realms/concord', signed: true } },
    clients: realm.clients.filter(({ bearerOnly }) => !bearerOnly).map((client) => clientOf(client, secrets)),
    acrValues: [...realm.levels],
    responseTypes: ['code'],
    // A sign-out is told to our own address, which is loopback here.
    fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(3_000) }),
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'] },
    routes: {
      authorization: `${PATH}/auth`,
      token: `${PATH}/token`,
      jwks: `${PATH}/certs`,
      userinfo: `${PATH}/userinfo`,
      introspection: `${PATH}/token/introspect`,
      revocation: `${PATH}/revoke`,
      end_session: `${PATH}/logout`,
    },
  };
}

/** A client of the export as this provider names its parts. */
function clientOf(client: RealmClient, secrets: Secrets): ClientMetadata {
  const { clientId, attributes } = client;
  const back = attributes['backchannel.logout.url'];
  const leave = attributes['post.logout.redirect.uris'];
  return {
    client_id: clientId,
    redirect_uris: [...client.redirectUris],
    response_types: client.standardFlowEnabled ? ['code'] : [],
    grant_types: grantsOf(client),
    ...proofOf(client, secrets),
    ...(leave === undefined ? {} : { post_logout_redirect_uris: leave.split('##') }),
    ...(back === undefined ? {} : { backchannel_logout_uri: back, backchannel_logout_session_required: true }),
  };
}

function grantsOf({ standardFlowEnabled, serviceAccountsEnabled, attributes }: RealmClient): string[] {
  return [
    ...(standardFlowEnabled ? ['authorization_code', 'refresh_token'] : []),
    ...(serviceAccountsEnabled ? ['client_credentials'] : []),
    ...(attributes['standard.token.exchange.enabled'] === 'true' ? ['urn:ietf:params:oauth:grant-type:token-exchange'] : []),
  ];
}

function proofOf({ clientId, clientAuthenticatorType }: RealmClient, secrets: Secrets): Partial<ClientMetadata> {
  if (clientAuthenticatorType === 'client-jwt') {
    const { kty, crv, x, y, kid, alg, use } = secrets.integratorKey;
    return { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [{ kty, crv, x, y, kid, alg, use }] } };
  }
  return { token_endpoint_auth_method: 'client_secret_basic', client_secret: clientId === 'concord-web' ? secrets.webSecret : secrets.cliSecret };
}

function interactionsOf({ realm }: Parts): Configuration {
  return {
    interactions: { url: (_ctx, interaction) => `/realms/concord/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => {
      const user = realm.users.find((one) => one.id === id);
      return user && { accountId: id, claims: () => ({ sub: id, name: user.name, preferred_username: user.login }) };
    },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    scopes: ['openid', 'profile'],
    // The dashboard is our own client: whoever signs in has agreed.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const known = session.grantIdFor(client.clientId);
      const existing = known === undefined ? undefined : await provider.Grant.find(known);
      if (existing !== undefined) return existing;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(SCOPE);
      grant.addResourceScope(RESOURCE, SCOPE);
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = errorPage(out.error);
    },
  };
}

function tokensOf({ realm }: Parts): Configuration {
  const idle = realm.sessionIdle;
  return {
    pkce: { required: () => true },
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.clientId === 'concord-web'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: realm.tokenLife,
      ClientCredentials: realm.tokenLife,
      AuthorizationCode: realm.codeLife,
      IdToken: realm.tokenLife,
      Interaction: 600,
      Session: realm.sessionLongest,
      Grant: realm.sessionLongest,
      RefreshToken: idle * 2,
    },
    extraTokenClaims: (ctx, token) => {
      const user = 'accountId' in token ? realm.users.find((one) => one.id === token.accountId) : undefined;
      const roles = user?.roles ?? realm.clients.find(({ clientId }) => clientId === token.clientId)?.roles ?? [];
      return { ...keycloakClaims(user, token.clientId ?? '', roles), ...authenticationClaims(ctx) };
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer(realm),
      },
    },
  };
}

function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  ctx.body = signedOutPage(form);
}

function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  ctx.body = signedOutPage('');
}
