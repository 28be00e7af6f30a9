import Config from 'keycloak-connect/middleware/auth-utils/config.js';
import Token from 'keycloak-connect/middleware/auth-utils/token.js';
import { ROLES, type Role } from '@concord/core/ports';

/** A client of a realm as keycloak-connect reads its configuration: bearer-only, no login, no routes, no session. */
export interface RealmClient {
  /** `iss` of its tokens. */
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  /** Roles of this client in a token that was verified before; only names of our vocabulary. */
  rolesIn(verifiedToken: string): readonly Role[];
}

/**
 * @param realmUrl `https://id.example/realms/NAME`
 * @throws Error when the address is not one of a realm
 */
export function realmClient(realmUrl: string, clientId: string): RealmClient {
  const parts = /^(https?:\/\/[^?#]+)\/realms\/([\w.-]+)\/?$/.exec(realmUrl);
  if (parts?.[1] === undefined || parts[2] === undefined) throw new Error('The address of the realm must end in /realms/NAME.');
  const config = new Config({
    'auth-server-url': parts[1],
    realm: parts[2],
    resource: clientId,
    'bearer-only': true,
    'verify-token-audience': true,
  });
  return {
    issuer: config.realmUrl,
    jwksUrl: `${config.realmUrl}/protocol/openid-connect/certs`,
    audience: config.clientId,
    rolesIn: (verifiedToken) => {
      const token = new Token(verifiedToken, config.clientId);
      return ROLES.filter((role) => token.hasApplicationRole(config.clientId, role));
    },
  };
}
