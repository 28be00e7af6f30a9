import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Telemetry } from '@concord/adapters/telemetry';
import type { Backend } from '../backend.ts';
import { callerOf } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs, OpenToAll } from '../edge/permission.ts';
import { BACKEND, METRICS } from '../edge/tokens.ts';

/** Whether this process lives, whether it can serve, and its figures. */
@Controller()
export class HealthController {
  readonly #backend: Backend;
  readonly #metrics: Telemetry;
  readonly #gate: Gate;

  constructor(@Inject(BACKEND) backend: Backend, @Inject(METRICS) metrics: Telemetry, @Inject(Gate) gate: Gate) {
    this.#backend = backend;
    this.#metrics = metrics;
    this.#gate = gate;
  }

  @Get('healthz')
  @OpenToAll('A probe has no token; the answer is one constant word.')
  @Header('content-type', 'application/json; charset=utf-8')
  health(): object {
    return { status: 'ok' };
  }

  @Get('readyz')
  @OpenToAll('A probe has no token; the answer says yes or no.')
  @Header('content-type', 'application/json; charset=utf-8')
  async ready(): Promise<object> {
    if (!(await this.#backend.ready())) throw failure(503, 'Not ready: the database does not answer, or migrations are missing.', { 'retry-after': '2' });
    return { status: 'ready' };
  }

  @Get('metrics')
  @Needs('read', 'Metrics')
  async figures(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const text = await this.#gate.open(callerOf(request), aboutNobody, () => this.#metrics.text());
    await reply.type(this.#metrics.contentType).send(text);
  }
}
