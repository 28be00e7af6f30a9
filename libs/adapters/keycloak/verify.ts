import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, instant, ok, type Instant, type Result } from '@concord/core/kernel';
import type { Actor } from '@concord/core/ports';
import { actorOf } from './actor.ts';
import { realmClient, type RealmClient } from './client.ts';
import { ALGORITHMS, isPlausible } from './header.ts';
import { createLogoutVerifier, type VerifyLogout } from './logout.ts';
import { KeysUnavailable, realmKeys } from './realm-keys.ts';
import type { TokenSettings } from './settings.ts';

/** `invalid`: nobody issued this for us. `unavailable`: the realm's keys cannot be had; nothing is known about the token. */
export type TokenRefusal = { readonly kind: 'invalid' } | { readonly kind: 'unavailable' };

/** Who a token speaks for, and since when: what ended after that no longer counts. */
export interface Believed {
  readonly actor: Actor;
  readonly issuedAt: Instant;
}

export type VerifyToken = (token: string) => Promise<Result<Believed, TokenRefusal>>;

/** Keycloak writes `JWT`, RFC 9068 `at+jwt`. */
const TYPES = ['JWT', 'at+jwt'];
const TOLERANCE_SECONDS = 5;
/** Tokens live five minutes; a realm that was set to much longer ones is a mistake, and revocation would not hold. */
const LONGEST_LIFE_SECONDS = 600;

const INVALID: Result<Believed, TokenRefusal> = err({ kind: 'invalid' });

export interface Verifiers {
  /** Access token → who it speaks for. */
  readonly token: VerifyToken;
  /** Logout token → what has ended. */
  readonly logout: VerifyLogout;
}

/** Everything that the realm signs, with everything pinned: algorithm before any key is looked up, then key, issuer, audience, times, client, roles. */
export function createVerifiers(settings: TokenSettings): Verifiers {
  const client = realmClient(settings.issuer, settings.audience);
  const keys = realmKeys(settings.jwksUrl, settings.keys);
  return {
    token: async (token) => {
      if (!isPlausible(token, TYPES)) return INVALID;
      try {
        const payload = await verified(token, keys, client);
        const actor = isAcceptable(payload, settings) ? actorOf(payload, settings, () => client.rolesIn(token)) : undefined;
        return actor === undefined ? INVALID : ok({ actor, issuedAt: instant((payload.iat ?? 0) * 1000) });
      } catch (error) {
        if (error instanceof KeysUnavailable) return err({ kind: 'unavailable' });
        if (error instanceof errors.JOSEError || error instanceof TypeError) return INVALID;
        throw error;
      }
    },
    logout: createLogoutVerifier({ keys, issuer: client.issuer, client: settings.webClient, algorithms: ALGORITHMS }),
  };
}

async function verified(token: string, keys: JWTVerifyGetKey, { issuer, audience }: RealmClient): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    requiredClaims: ['exp', 'iat', 'sub', 'aud', 'iss', 'azp', 'typ'],
    clockTolerance: TOLERANCE_SECONDS,
    maxTokenAge: LONGEST_LIFE_SECONDS,
  });
  return payload;
}

/** What the library does not ask: an access token, for us alone, from a client of ours, with a short life. */
function isAcceptable(payload: JWTPayload, settings: TokenSettings): boolean {
  const { typ, azp, aud, exp, iat } = payload;
  const audiences = [aud].flat();
  // Keycloak adds `account` to tokens of people; any other second audience could replay the token against us.
  const forUs = audiences.every((audience) => audience === settings.audience || audience === 'account');
  const life = typeof exp === 'number' && typeof iat === 'number' ? exp - iat : Infinity;
  return typ === 'Bearer' && typeof azp === 'string' && settings.clients.includes(azp) && forUs && life > 0 && life <= LONGEST_LIFE_SECONDS;
}
