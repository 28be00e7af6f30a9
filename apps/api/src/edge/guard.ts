import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { unauthenticated } from './failure.ts';

/**
 * The one guard. Nobody passes without a token or session that was believed before the body was read, save on a route that
 * says why it is open. A route that declares neither throws: the boot already refused it, this is the second lock.
 */
@Injectable()
export class EdgeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { permission, open } = request.routeOptions.config;
    if (open !== undefined) return true;
    if (permission === undefined) throw new Error('a route without a permission');
    if (request.actor === undefined) throw unauthenticated();
    return true;
  }
}
