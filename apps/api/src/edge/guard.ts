import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@concord/core/ports';
import type { Config } from '../config.ts';
import { CallBudget } from './call-budget.ts';
import { failure, unauthenticated } from './failure.ts';
import { CLOCK, CONFIG } from './tokens.ts';

/**
 * The one guard. Nobody passes without a token or session that was believed before the body was read, save on a route that
 * says why it is open. A route that declares neither throws: the boot already refused it, this is the second lock.
 */
@Injectable()
export class EdgeGuard implements CanActivate {
  readonly #budget: CallBudget;

  constructor(@Inject(CONFIG) config: Config, @Inject(CLOCK) clock: Clock) {
    this.#budget = new CallBudget(config.callsPerMinute, () => clock.now());
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { permission, open } = request.routeOptions.config;
    if (open !== undefined) return true;
    if (permission === undefined) throw new Error('a route without a permission');
    if (request.actor === undefined) throw unauthenticated();
    const wait = this.#budget.take(request.actor);
    if (wait > 0) throw failure(429, 'Too many calls in a short time.', { 'retry-after': String(wait) });
    return true;
  }
}
