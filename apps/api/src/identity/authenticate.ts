import type { FastifyRequest } from 'fastify';
import type { VerifyToken } from '@concord/adapters/keycloak';
import type { Actor } from '@concord/core/ports';
import { failure, forbidden, unauthenticated } from '../edge/failure.ts';
import { cookieOf, SESSION_COOKIE } from './cookies.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';

/** Who asks: undefined for nobody. @throws Failure 401 for a token that is not believed, 400 for two claims at once. */
export type Authenticate = (request: FastifyRequest) => Promise<Actor | undefined>;

interface Parts {
  readonly verify: VerifyToken;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly publicUrl: string;
}

/** A bearer token, or the session cookie; never both, never a token in the address. */
export function createAuthenticate(parts: Parts): Authenticate {
  return async (request) => {
    const bearer = bearerOf(request);
    const sessionId = cookieOf(request, SESSION_COOKIE);
    if (bearer !== undefined && sessionId !== undefined) throw failure(400, 'Send a bearer token or a session cookie, not both.');
    if (bearer !== undefined) return believed(await parts.verify(bearer));
    if (sessionId === undefined) return undefined;
    refuseForeign(request, parts.publicUrl);
    return ofSession(sessionId, isUse(request), parts);
  };
}

/** A page that asks again by itself says so: it must not keep a session alive that nobody uses. */
function isUse(request: FastifyRequest): boolean {
  return request.headers['x-concord-background'] === undefined;
}

async function ofSession(id: string, used: boolean, { verify, sessions, signIn }: Parts): Promise<Actor | undefined> {
  const session = sessions.live.use(id, used);
  if (session === undefined) return undefined;
  const current = await signIn.refreshed(id, session);
  if (current === undefined) return undefined;
  const answer = await verify(current.accessToken);
  if (answer.ok) return { ...answer.value, sessionId: answer.value.sessionId ?? id.slice(0, 8) };
  if (answer.error.kind === 'unavailable') throw failure(503, 'The identity provider does not answer.', { 'retry-after': '2' });
  sessions.live.take(id);
  return undefined;
}

function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const match = /^Bearer +([^\s]+)$/i.exec(authorization);
  if (match?.[1] === undefined) throw unauthenticated();
  return match[1];
}

function believed(answer: Awaited<ReturnType<VerifyToken>>): Actor {
  if (answer.ok) return answer.value;
  if (answer.error.kind === 'unavailable') throw failure(503, 'The identity provider does not answer.', { 'retry-after': '2' });
  throw unauthenticated();
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Cross-site request forgery: with a cookie, what changes something must come from a page of this origin. Browsers say so
 * in `Sec-Fetch-Site`; those that do not must send our `Origin`. `Origin: null` is nobody.
 */
function refuseForeign(request: FastifyRequest, publicUrl: string): void {
  if (SAFE.includes(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const sameOrigin = origin === undefined ? site === 'same-origin' : origin === new URL(publicUrl).origin;
  if (!sameOrigin || (site !== undefined && site !== 'same-origin')) throw forbidden();
}
