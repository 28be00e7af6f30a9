import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** The realm's keys cannot be fetched and none were ever seen, or those seen are too old. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const TIMEOUT_MS = 3_000;
/** An unknown key id asks the realm again, but not more often than this, however many such tokens arrive. */
const COOL_DOWN_MS = 5_000;
/** A withdrawn key is trusted no longer than this. */
const FRESH_MS = 60_000;
/** While the realm does not answer, keys seen before count this long. */
const STALE_MS = 15 * 60_000;

/** The realm's public keys with a timeout, a cool-down, a short life, and the last good ones while the realm is away. */
export function realmKeys(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOL_DOWN_MS, cacheMaxAge: FRESH_MS });
  let seenAt = -Infinity;
  return async (header, token) => {
    try {
      const key = await remote(header, token);
      seenAt = performance.now();
      return key;
    } catch (error) {
      // The realm answered and has no such key: the token is not ours.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      const last = remote.jwks();
      if (last === undefined || performance.now() - seenAt > STALE_MS) throw new KeysUnavailable('the keys of the realm cannot be fetched');
      return createLocalJWKSet(last)(header, token);
    }
  };
}
