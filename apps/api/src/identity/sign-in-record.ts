import type { FastifyRequest } from 'fastify';
import type { VerifyToken } from '@concord/adapters/keycloak';
import type { Actor, RecordSecurity, SecurityEvent } from '@concord/core/ports';
import { networkOf } from '../edge/caller.ts';
import type { Session } from './sessions.ts';

/** Who came and who went: sign-ins, failed ones, sign-outs. */
export interface SignInRecord {
  /** @throws when it cannot be kept: then there is no session either. */
  signedIn(request: FastifyRequest, sessionId: string, session: Session | undefined): Promise<void>;
  failed(request: FastifyRequest): Promise<void>;
  signedOut(request: FastifyRequest, sessionId: string, session: Session): Promise<void>;
}

export function createSignInRecord(record: RecordSecurity, verify: VerifyToken): SignInRecord {
  const actorOf = async (sessionId: string, session: Session | undefined): Promise<Actor | undefined> => {
    const answer = session === undefined ? undefined : await verify(session.accessToken);
    return answer?.ok === true ? { ...answer.value, sessionId: answer.value.sessionId ?? sessionId.slice(0, 8) } : undefined;
  };
  const keep = (request: FastifyRequest, event: Pick<SecurityEvent, 'kind' | 'actor' | 'outcome' | 'outcomeText'>): Promise<void> => {
    if (request.trail !== undefined) request.trail.isRecorded = true;
    return record({ ...event, requestId: request.id, network: networkOf(request), entry: `${request.method} ${request.routeOptions.url ?? ''}` });
  };
  return {
    signedIn: async (request, id, session) => keep(request, { kind: 'login', outcome: 0, actor: await actorOf(id, session) }),
    failed: (request) => keep(request, { kind: 'login', outcome: 4, outcomeText: 'sign-in-not-completed', actor: undefined }),
    signedOut: async (request, id, session) => keep(request, { kind: 'logout', outcome: 0, actor: await actorOf(id, session) }),
  };
}
