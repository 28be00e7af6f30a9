/* eslint-disable no-restricted-syntax -- the package is CommonJS: what it exports is its default */
// The two parts of keycloak-connect 26.1.1 that are used; its own types describe only the Express middleware, which is not.
declare module 'keycloak-connect/middleware/auth-utils/config.js' {
  /** The client configuration as Keycloak hands it out for an adapter (`keycloak.json`). */
  export default class Config {
    constructor(config: Readonly<Record<string, string | boolean>>);
    readonly realm: string;
    readonly clientId: string;
    readonly realmUrl: string;
    readonly bearerOnly: boolean;
    readonly verifyTokenAudience: boolean;
  }
}

declare module 'keycloak-connect/middleware/auth-utils/token.js' {
  /** Reads a token; verifies nothing. */
  export default class Token {
    constructor(token: string, clientId: string);
    hasApplicationRole(client: string, role: string): boolean;
  }
}
