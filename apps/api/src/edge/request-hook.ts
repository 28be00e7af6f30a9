import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../identity/authenticate.ts';
import { isLoopback, type Config } from '../config.ts';
import { failure, unauthenticated } from './failure.ts';
import { isOwn, needsToken } from './routes.ts';

/** A request id that was sent is kept when it is one plain word; else one is made. */
export function requestIdOf(request: IncomingMessage): string {
  const sent = request.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w.:+/=-]{1,128}$/.test(sent) ? sent : randomUUID();
}

export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** Before anything else, the body included: id, headers, host, and who asks. */
export function watchRequests(server: FastifyInstance, config: Config, authenticate: Authenticate): void {
  server.addHook('onRequest', async (request, reply) => {
    request.trail = { isRecorded: false };
    setHeaders(request, reply, config);
    refuseHosts(request, config);
    const path = pathOf(request.url);
    // Pages and the realm carry no data: they ask us for it, with their own token or cookie.
    if (!isOwn(path) || path === '/healthz' || path === '/readyz') return;
    const actor = await authenticate(request);
    if (actor !== undefined) request.actor = actor;
    else if (needsToken(path) && request.routeOptions.config.open === undefined) throw unauthenticated();
  });
}

/** A year, with every name below ours: a browser that came by https once never comes by anything else. */
const ONLY_HTTPS = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

function setHeaders(request: FastifyRequest, reply: FastifyReply, { publicUrl }: Config): void {
  if (publicUrl.startsWith('https://')) void reply.headers(ONLY_HTTPS);
  void reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'x-frame-options': 'DENY',
  });
  if (!isOwn(pathOf(request.url))) return;
  void reply.headers({ 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'" });
}

/**
 * The session cookie needs https or localhost, and a name that a stranger pointed at this machine (DNS rebinding) must not
 * reach it: any other host gets this one answer. Probes come by address, so health is told to any host.
 */
function refuseHosts(request: FastifyRequest, config: Config): void {
  const expected = new URL(config.publicUrl);
  const host = request.headers.host ?? '';
  const path = pathOf(request.url);
  if (host === expected.host || isLoopback(hostName(host)) || path === '/healthz' || path === '/readyz') return;
  throw failure(421, `Concord answers at ${config.publicUrl}. Set CONCORD_PUBLIC_URL to https or localhost to use another name.`);
}

export function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
