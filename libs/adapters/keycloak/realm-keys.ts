import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { RSA_BITS_MIN } from '@concord/core/ports';
import type { KeyTimes } from './settings.ts';

/** The realm's keys cannot be fetched and none were ever seen, or those seen are too old. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const TIMEOUT_MS = 3_000;
const TIMES: KeyTimes = { freshFor: 60_000, coolDown: 5_000, staleFor: 15 * 60_000 };

/** The realm's public keys with a timeout, a cool-down, a short life, and the last good ones while the realm is away. */
export function realmKeys(url: string, times: KeyTimes = TIMES): JWTVerifyGetKey {
  const keys = fetchedKeys(url, times);
  return async (header, token) => longEnough(await keys(header, token));
}

/** A short key of the realm is no key: what it signed could be forged by whoever can spend the computing on it. */
function longEnough(key: Awaited<ReturnType<JWTVerifyGetKey>>): typeof key {
  const algorithm = 'algorithm' in key ? key.algorithm : undefined;
  const bits = algorithm !== undefined && 'modulusLength' in algorithm ? Number(algorithm.modulusLength) : Infinity;
  if (bits < RSA_BITS_MIN) throw new errors.JWKSNoMatchingKey();
  return key;
}

function fetchedKeys(url: string, { freshFor, coolDown, staleFor }: KeyTimes): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: TIMEOUT_MS, cooldownDuration: coolDown, cacheMaxAge: freshFor });
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
      if (last === undefined || performance.now() - seenAt > staleFor) throw new KeysUnavailable('the keys of the realm cannot be fetched');
      return createLocalJWKSet(last)(header, token);
    }
  };
}
