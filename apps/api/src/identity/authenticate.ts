import type { FastifyRequest } from 'fastify';
import type { Believed, VerifyToken } from '@concord/adapters/keycloak';
import type { Actor } from '@concord/core/ports';
import { failure, unauthenticated } from '../edge/failure.ts';
import { cookieOf, SESSION_COOKIE } from './cookies.ts';
import { refuseForeign, requireProof } from './same-origin.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';

/** The one client that is a machine: it has no sign-in, and its key is registered at the realm. */
export const FEED_CLIENT = 'concord-integrator';

/** Who asks: undefined for nobody. @throws Failure 401 for a token that is not believed, 400 for two claims at once. */
export type Authenticate = (request: FastifyRequest) => Promise<Actor | undefined>;

interface Parts {
  readonly verify: VerifyToken;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly publicUrl: string;
  /** Whoever a person is, they showed a second factor. */
  readonly secondFactor: 'always' | 'emergency';
}

/** A bearer token, or the session cookie; never both, never a token in the address. */
export function createAuthenticate(parts: Parts): Authenticate {
  return async (request) => {
    const bearer = bearerOf(request);
    const sessionId = cookieOf(request, SESSION_COOKIE);
    if (bearer !== undefined && sessionId !== undefined) throw failure(400, 'Send a bearer token or a session cookie, not both.');
    if (bearer !== undefined) return ofBearer(bearer, parts);
    if (sessionId === undefined) return undefined;
    refuseForeign(request, parts.publicUrl);
    const actor = await ofSession(sessionId, isUse(request), parts);
    if (actor !== undefined) requireProof(request, parts.sessions, sessionId);
    return actor;
  };
}

/** A page that asks again by itself says so: it must not keep a session alive that nobody uses. */
function isUse(request: FastifyRequest): boolean {
  return request.headers['x-concord-background'] === undefined;
}

async function ofBearer(token: string, { verify, sessions, secondFactor }: Parts): Promise<Actor> {
  const answer = await verify(token);
  if (answer.ok && isProved(answer.value.actor, secondFactor) && !(await isEnded(answer.value, sessions))) return answer.value.actor;
  if (!answer.ok && answer.error.kind === 'unavailable') throw unavailable();
  throw unauthenticated();
}

async function ofSession(id: string, used: boolean, { verify, sessions, signIn, secondFactor }: Parts): Promise<Actor | undefined> {
  const session = await sessions.use(id, used);
  if (session === undefined) return undefined;
  const current = await signIn.refreshed(id, session);
  if (current === undefined) return undefined;
  const answer = await verify(current.accessToken);
  if (!answer.ok && answer.error.kind === 'unavailable') throw unavailable();
  if (answer.ok && isProved(answer.value.actor, secondFactor) && !(await isEnded(answer.value, sessions)))
    return { ...answer.value.actor, sessionId: answer.value.actor.sessionId ?? id.slice(0, 8) };
  await sessions.end(id);
  return undefined;
}

/** The service account proves itself by its key; a person, where the site asks for it, by two factors. */
function isProved({ clientId, assurance }: Actor, secondFactor: 'always' | 'emergency'): boolean {
  return secondFactor === 'emergency' || assurance === 'mfa' || clientId === FEED_CLIENT;
}

/** A token lives on for minutes after a sign-out; the sign-out holds from the next request. */
function isEnded({ actor, issuedAt }: Believed, sessions: Sessions): Promise<boolean> {
  return sessions.isEnded({ subject: actor.subject, realmSession: actor.sessionId, issuedAt });
}

function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const match = /^Bearer +([^\s]+)$/i.exec(authorization);
  if (match?.[1] === undefined) throw unauthenticated();
  return match[1];
}

const unavailable = () => failure(503, 'The identity provider does not answer.', { 'retry-after': '2' });
