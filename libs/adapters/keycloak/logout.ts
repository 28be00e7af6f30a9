import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { err, ok, type Result } from '@concord/core/kernel';
import type { EndedWhat } from '@concord/core/ports';
import { isPlausible } from './header.ts';
import { KeysUnavailable } from './realm-keys.ts';
import type { TokenRefusal } from './verify.ts';

/** What the realm says has ended: one session, with its person where it names them, or a person's every session. */
export type Ended = EndedWhat & { readonly subject: string | undefined };
export type VerifyLogout = (token: string) => Promise<Result<Ended, TokenRefusal>>;

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const LONGEST_LIFE_SECONDS = 600;
const INVALID: Result<Ended, TokenRefusal> = err({ kind: 'invalid' });

interface LogoutSettings {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  /** The client that signs people in: a logout token is meant for it alone. */
  readonly client: string;
  readonly algorithms: readonly string[];
}

/** OpenID Connect Back-Channel Logout 1.0, 2.6. Taking a genuine one twice ends nothing twice, so `jti` is not remembered. */
export function createLogoutVerifier({ keys, issuer, client, algorithms }: LogoutSettings): VerifyLogout {
  return async (token) => {
    if (!isPlausible(token, ['logout+jwt', 'JWT'])) return INVALID;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: [...algorithms],
        issuer,
        audience: client,
        requiredClaims: ['exp', 'iat', 'jti', 'aud', 'iss', 'events'],
        clockTolerance: 5,
        maxTokenAge: LONGEST_LIFE_SECONDS,
      });
      return endedBy(payload, client);
    } catch (error) {
      if (error instanceof KeysUnavailable) return err({ kind: 'unavailable' });
      if (error instanceof errors.JOSEError || error instanceof TypeError) return INVALID;
      throw error;
    }
  };
}

/** An ID token must not pass for one: it has a nonce and no event. */
function endedBy(payload: JWTPayload, client: string): Result<Ended, TokenRefusal> {
  const { sid, sub } = payload;
  const [session, subject] = [wordOf(sid), wordOf(sub)];
  const isOdd = (sid !== undefined && session === undefined) || (sub !== undefined && subject === undefined);
  if (!isLogout(payload, client) || isOdd) return INVALID;
  if (session !== undefined) return ok({ kind: 'session', name: session, subject });
  return subject === undefined ? INVALID : ok({ kind: 'person', name: subject, subject });
}

function isLogout({ aud, events, nonce }: JWTPayload, client: string): boolean {
  return nonce === undefined && [aud].flat().every((one) => one === client) && typeof events === 'object' && events !== null && Object.hasOwn(events, EVENT);
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:@/+=-]{1,200}$/.test(value) ? value : undefined;
}
