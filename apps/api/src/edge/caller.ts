import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor, CommittedRecord, Purpose } from '@concord/core/ports';
import { unauthenticated } from './failure.ts';
import type { Permission } from './permission.ts';
import { defaultPurpose } from '@concord/governance/access';

/** Who asks, for what, through which route: all that `withAccess` needs of a request. */
export interface Caller {
  readonly actor: Actor;
  readonly purpose: Purpose;
  /** `x-request-id`, sent or made. */
  readonly requestId: string;
  readonly network: { readonly ip: string; readonly userAgent?: string };
  /** `GET /fhir/R4/Patient/:id` */
  readonly entry: string;
  readonly permission: Permission;
  /** Marked once a decided transaction has recorded this request, allowed or refused. */
  readonly trail: Trail;
}

export interface Trail {
  isRecorded: boolean;
  /** Events that the request left in the record so far. */
  committed?: CommittedRecord[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read; absent for whoever is not signed in. */
    actor?: Actor;
    /** Absent only before the first hook. */
    trail?: Trail;
  }
}

/** @throws Failure 401; a bug when the route declared nothing. */
export function callerOf(request: FastifyRequest): Caller {
  const { permission } = request.routeOptions.config;
  if (request.actor === undefined || permission === undefined) throw unauthenticated();
  request.trail ??= { isRecorded: false };
  return {
    actor: request.actor,
    purpose: defaultPurpose(request.actor.roles),
    requestId: request.id,
    network: networkOf(request),
    entry: `${request.method} ${request.routeOptions.url ?? ''}`,
    permission,
    trail: request.trail,
  };
}

/** Where the request came from, as far as the record keeps it. */
export function networkOf(request: FastifyRequest): Caller['network'] {
  const userAgent = request.headers['user-agent'];
  return { ip: request.ip, ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 200) }) };
}

/** The caller of a route, as an argument of its method: `@From() caller: Caller`. */
export const From = createParamDecorator((_: unknown, context: ExecutionContext): Caller => callerOf(context.switchToHttp().getRequest()));
