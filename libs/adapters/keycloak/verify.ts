import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Actor } from '@concord/core/ports';
import { actorOf } from './actor.ts';
import { KeysUnavailable, realmKeys } from './realm-keys.ts';
import type { TokenSettings } from './settings.ts';

/** `invalid`: nobody issued this for us. `unavailable`: the realm's keys cannot be had; nothing is known about the token. */
export type TokenRefusal = { readonly kind: 'invalid' } | { readonly kind: 'unavailable' };

export type VerifyToken = (token: string) => Promise<Result<Actor, TokenRefusal>>;

/** Asymmetric only: with a secret algorithm the public key would be the secret. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256'];
/** Keycloak writes `JWT`, RFC 9068 `at+jwt`. */
const TYPES = ['JWT', 'at+jwt'];
const LONGEST_TOKEN = 8_192;
const TOLERANCE_SECONDS = 5;
/** Tokens live five minutes; a realm that was set to much longer ones is a mistake, and revocation would not hold. */
const LONGEST_LIFE_SECONDS = 600;
/** Headers that would let a token bring its own key, or that ask for rules we do not know. */
const FORBIDDEN_HEADERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'];

const INVALID: Result<Actor, TokenRefusal> = err({ kind: 'invalid' });

/** Token → Actor, with everything pinned: algorithm before any key is looked up, then key, issuer, audience, times, client, roles. */
export function createVerifier(settings: TokenSettings): VerifyToken {
  const keys = realmKeys(settings.jwksUrl);
  return async (token) => {
    if (!isPlausible(token)) return INVALID;
    try {
      const payload = await verified(token, keys, settings);
      const actor = isAcceptable(payload, settings) ? actorOf(payload, settings) : undefined;
      return actor === undefined ? INVALID : ok(actor);
    } catch (error) {
      if (error instanceof KeysUnavailable) return err({ kind: 'unavailable' });
      if (error instanceof errors.JOSEError || error instanceof TypeError) return INVALID;
      throw error;
    }
  };
}

/** Three strict base64url parts and a header that names an allowed algorithm and a plain key id, nothing more. */
function isPlausible(token: string): boolean {
  if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return false;
  const header = headerOf(token);
  if (header === undefined || FORBIDDEN_HEADERS.some((name) => Object.hasOwn(header, name))) return false;
  return isOneOf(header['alg'], ALGORITHMS) && isOneOf(header['typ'] ?? 'JWT', TYPES) && isKeyId(header['kid']);
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value);
}

function isKeyId(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.:=-]{1,128}$/.test(value);
}

function headerOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return { ...decodeProtectedHeader(token) };
  } catch {
    return undefined;
  }
}

async function verified(token: string, keys: JWTVerifyGetKey, settings: TokenSettings): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ALGORITHMS,
    issuer: settings.issuer,
    audience: settings.audience,
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
