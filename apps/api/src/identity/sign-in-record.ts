import type { FastifyRequest } from 'fastify';
import type { VerifyToken } from '@concord/adapters/keycloak';
import type { Actor, RecordSecurity, SecurityEvent } from '@concord/core/ports';
import { networkOf } from '../edge/caller.ts';
import type { Session } from './sessions.ts';

/** Who came and who went: sign-ins, failed ones, sign-outs. */
export interface SignInRecord {
  /** @throws when it cannot be kept: then there is no session either. */
  signedIn(request: FastifyRequest, session: Session): Promise<void>;
  failed(request: FastifyRequest): Promise<void>;
  signedOut(request: FastifyRequest, session: Session): Promise<void>;
}

export function createSignInRecord(record: RecordSecurity, verify: VerifyToken): SignInRecord {
  const actorOf = async (session: Session): Promise<Actor | undefined> => {
    const answer = await verify(session.accessToken);
    return answer.ok ? answer.value.actor : undefined;
  };
  const keep = (request: FastifyRequest, event: Pick<SecurityEvent, 'kind' | 'actor' | 'outcome' | 'outcomeText'>): Promise<void> => {
    if (request.trail !== undefined) request.trail.isRecorded = true;
    return record({ ...event, requestId: request.id, network: networkOf(request), entry: `${request.method} ${request.routeOptions.url ?? ''}` });
  };
  return {
    signedIn: async (request, session) => keep(request, { kind: 'login', outcome: 0, actor: await actorOf(session) }),
    failed: (request) => keep(request, { kind: 'login', outcome: 4, outcomeText: 'sign-in-not-completed', actor: undefined }),
    signedOut: async (request, session) => keep(request, { kind: 'logout', outcome: 0, actor: await actorOf(session) }),
  };
}
