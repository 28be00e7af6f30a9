import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RecordSecurity, SecurityEvent } from '@concord/core/ports';
import { networkOf } from './caller.ts';
import type { Log } from './log.ts';
import { pathOf } from './request-hook.ts';
import { isOwn } from './routes.ts';

/** What counts as turned away; 421 is a foreign host name, 405 a method that nobody offers, 429 more calls than anybody needs. */
const TURNED_AWAY = new Set([401, 403, 404, 405, 421, 429]);
/** A flood of strangers must not fill the record: beyond this the rest of a minute is one number in the next event. */
const STRANGERS_A_MINUTE = 60;
const MINUTE_MS = 60_000;

interface Parts {
  readonly record: RecordSecurity;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Records, before its bytes leave, every refusal that no decided transaction recorded: the guard's, the router's, a path or id
 * that names nothing. Such an answer holds nothing of a patient, so it leaves even when it could not be recorded.
 */
export function recordRefusals(server: FastifyInstance, { record, now, log }: Parts): void {
  const strangers = new StrangerCount(now);
  server.addHook('onSend', async (request, reply) => {
    if (!isUnrecordedRefusal(request, reply)) return;
    const spared = request.actor === undefined || reply.statusCode === 429 ? strangers.admit() : 0;
    if (spared === undefined) return;
    await record(refusalOf(request, reply, spared)).catch(() => {
      log.error('a refusal was not recorded', { requestId: request.id });
    });
  });
}

function isUnrecordedRefusal(request: FastifyRequest, reply: FastifyReply): boolean {
  const path = pathOf(request.url);
  const isProbe = path === '/healthz' || path === '/readyz';
  return TURNED_AWAY.has(reply.statusCode) && isOwn(path) && !isProbe && request.trail?.isRecorded !== true;
}

function refusalOf(request: FastifyRequest, reply: FastifyReply, spared: number): SecurityEvent {
  const status = reply.statusCode;
  const claimed = request.headers.authorization !== undefined || request.headers.cookie !== undefined;
  // Credentials that were not believed are a failed sign-in; the rest is a refused request.
  const isSignIn = status === 401 && claimed;
  return {
    kind: isSignIn ? 'login' : 'refusal',
    actor: request.actor,
    outcome: 4,
    outcomeText: isSignIn ? 'credentials-not-believed' : (REASONS[status] ?? 'refused'),
    requestId: request.id,
    network: networkOf(request),
    // The pattern of the route, never the address: it could hold what a person can be known by.
    entry: `${request.method} ${request.routeOptions.config.relay === true ? 'none' : (request.routeOptions.url ?? 'none')}`,
    ...(spared === 0 ? {} : { detail: { notRecordedBefore: spared } }),
  };
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'no-credentials',
  403: 'forbidden',
  404: 'not-found',
  405: 'method',
  421: 'host',
  429: 'too-many-calls',
};

/** How many refusals of strangers went unrecorded since the last recorded one; undefined for one more of those. */
class StrangerCount {
  private readonly now: () => number;
  private since = 0;
  private admitted = 0;
  private spared = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  admit(): number | undefined {
    if (this.now() - this.since >= MINUTE_MS) [this.since, this.admitted] = [this.now(), 0];
    if (this.admitted >= STRANGERS_A_MINUTE) {
      this.spared += 1;
      return undefined;
    }
    this.admitted += 1;
    const before = this.spared;
    this.spared = 0;
    return before;
  }
}
