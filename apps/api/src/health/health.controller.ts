import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { auditFolder, readStatus, type AuditFolder, type LogStatus } from '@concord/adapters/anchors';
import type { Telemetry } from '@concord/adapters/telemetry';
import type { Backend } from '../backend.ts';
import type { Config } from '../config.ts';
import { callerOf } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs, OpenToAll } from '../edge/permission.ts';
import { BACKEND, CONFIG, METRICS } from '../edge/tokens.ts';

/** Whether this process lives, whether it can serve, and its figures. */
@Controller()
export class HealthController {
  readonly #backend: Backend;
  readonly #metrics: Telemetry;
  readonly #gate: Gate;
  readonly #audit: AuditFolder;

  constructor(@Inject(BACKEND) backend: Backend, @Inject(METRICS) metrics: Telemetry, @Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#backend = backend;
    this.#metrics = metrics;
    this.#gate = gate;
    this.#audit = auditFolder(config.auditDir);
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
    const text = await this.#gate.open(
      callerOf(request),
      aboutNobody,
      async () => (await this.#metrics.text()) + logFigures(await readStatus(this.#audit), Date.now()),
    );
    await reply.type(this.#metrics.contentType).send(text);
  }
}

/** How the sequencer says it is; a sequencer that says nothing any more lags by the time since its last word. */
function logFigures(status: LogStatus | undefined, now: number): string {
  if (status === undefined) return '';
  const silentMs = now - status.at;
  const lagMs = silentMs > SILENT_MS ? silentMs : status.lagMs;
  return [
    '# HELP concord_audit_lag_seconds Age of the oldest recorded event without a leaf in the signed log.',
    '# TYPE concord_audit_lag_seconds gauge',
    `concord_audit_lag_seconds ${lagMs / 1000}`,
    '# HELP concord_audit_log_events Events in the log.',
    '# TYPE concord_audit_log_events counter',
    `concord_audit_log_events ${status.size}`,
    '# HELP concord_audit_alarm 1 while a person should look at the audit log.',
    '# TYPE concord_audit_alarm gauge',
    `concord_audit_alarm ${status.alarm === null && silentMs <= SILENT_MS ? 0 : 1}`,
    '',
  ].join('\n');
}

/** The sequencer writes its status every second. */
const SILENT_MS = 10_000;
