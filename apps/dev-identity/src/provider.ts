import { Provider, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { API, RESOURCE, type Realm, type User } from './realm.ts';
import type { Secrets } from './secrets.ts';
import type { FileStore } from './file-store.ts';
import { errorPage, signedOutPage } from './pages.ts';
import { addTokenExchange } from './token-exchange.ts';

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
    name: user?.name ?? clientId,
    realm_access: { roles: ['default-roles-concord'] },
    resource_access: { [API]: { roles } },
  };
}

function resourceServer(realm: Realm) {
  return { scope: SCOPE, audience: API, accessTokenTTL: realm.tokenLife, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } } as const;
}

function configuration({ publicUrl, secrets, store }: Parts): Configuration {
  return {
    adapter: (kind: string) => store.adapterFor(kind),
    jwks: { keys: [{ ...secrets.signingKey }] },
    cookies: { keys: [secrets.cookieKey], long: { path: '/realms/concord', signed: true }, short: { path: '/realms/concord', signed: true } },
    clients: [
      {
        client_id: 'concord-web',
        redirect_uris: [`${publicUrl}/auth/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
      confidential('concord-integrator', secrets.integratorSecret, 'client_credentials'),
      confidential('concord-cli', secrets.cliSecret, 'urn:ietf:params:oauth:grant-type:token-exchange'),
    ],
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

function confidential(id: string, secret: string, grant: string) {
  return {
    client_id: id,
    client_secret: secret,
    grant_types: [grant],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
  } as const;
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
      AuthorizationCode: 60,
      IdToken: realm.tokenLife,
      Interaction: 600,
      Session: realm.sessionLongest,
      Grant: realm.sessionLongest,
      RefreshToken: idle * 2,
    },
    extraTokenClaims: (_ctx, token) => {
      const user = 'accountId' in token ? realm.users.find((one) => one.id === token.accountId) : undefined;
      const roles = user?.roles ?? (token.clientId === 'concord-integrator' ? ['integrator'] : []);
      const sid = 'sessionUid' in token && token.sessionUid !== undefined ? { sid: token.sessionUid } : {};
      return { ...keycloakClaims(user, token.clientId ?? '', roles), ...sid };
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
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
