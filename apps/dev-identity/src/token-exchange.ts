import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { RESOURCE, type Realm } from './realm.ts';

/** RFC 8693, with Keycloak's `requested_subject`: how `concord token --user NAME` gets a genuine token of a demo user. */
export const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

type ServerInfo = ConstructorParameters<Provider['ResourceServer']>[1];

export function addTokenExchange(provider: Provider, realm: Realm, info: ServerInfo): void {
  provider.registerGrantType(GRANT, (ctx) => exchange({ provider, realm, info }, ctx), ['requested_subject', 'audience', 'acr_values']);
}

async function exchange(
  { provider, realm, info }: { readonly provider: Provider; readonly realm: Realm; readonly info: ServerInfo },
  ctx: KoaContextWithOIDC,
): Promise<void> {
  const { client, params } = ctx.oidc;
  const user = realm.users.find((one) => one.login === params?.['requested_subject']);
  if (client === undefined || user === undefined) {
    ctx.status = 400;
    ctx.body = { error: 'invalid_request', error_description: 'no such user' };
    return;
  }
  const grant = new provider.Grant({ clientId: client.clientId, accountId: user.id });
  grant.addResourceScope(RESOURCE, 'openid profile');
  const token = new provider.AccessToken({
    client,
    accountId: user.id,
    grantId: await grant.save(),
    gty: 'token_exchange',
    scope: 'openid profile',
  });
  token.resourceServer = new provider.ResourceServer(RESOURCE, info);
  const value = await token.save();
  ctx.body = {
    access_token: value,
    expires_in: token.expiration,
    token_type: token.tokenType,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  };
}
