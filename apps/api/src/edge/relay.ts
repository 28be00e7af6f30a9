import { STATUS_CODES } from 'node:http';
import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { failure, notFound } from './failure.ts';
import { pathOf } from './request-hook.ts';
import { isOwn, type RouteTable } from './routes.ts';

type Headers = Record<string, string | string[] | undefined>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What a client may not say to the pages behind us: who it is, where it came from, how to route inside Next. */
const DROPPED = /^(authorization|forwarded|x-forwarded-.*|x-middleware-.*|x-nextjs-.*|connection|upgrade)$/;

/** Every path that no route of ours has: the realm to the development identity, pages to Next, the rest of our prefixes 404 or 405. */
export async function relay(server: FastifyInstance, config: Config, routes: RouteTable): Promise<void> {
  if (config.identity.relayTo !== undefined) await pass(server, { prefix: '/realms', upstream: config.identity.relayTo, before: () => undefined }, config);
  const before = (request: FastifyRequest): void => {
    refuseOwn(request, routes);
    if (config.webUrl === undefined) throw notFound();
  };
  await pass(server, { prefix: '/', upstream: config.webUrl ?? 'http://127.0.0.1:9', before }, config);
}

interface Target {
  readonly prefix: string;
  /** Scheme, host and port; the path goes through as it is. */
  readonly upstream: string;
  /** Throws what is to be answered instead. */
  readonly before: (request: FastifyRequest) => void;
}

async function pass(server: FastifyInstance, { prefix, upstream, before }: Target, config: Config): Promise<void> {
  await server.register(async (inner) => {
    // Here the body goes through unread.
    inner.removeAllContentTypeParsers();
    await inner.register(httpProxy, {
      upstream: new URL(upstream).origin,
      prefix,
      config: { relay: true },
      rewritePrefix: prefix,
      httpMethods: METHODS,
      proxyPayloads: true,
      http2: false,
      undici: { connections: 64, pipelining: 1, bodyTimeout: 0, headersTimeout: 60_000 },
      preHandler: (request, _reply, done) => {
        before(request);
        done();
      },
      replyOptions: {
        rewriteRequestHeaders: (request, headers) => forwarded(request, headers, config),
        onError: (reply) => {
          void reply.code(503).header('retry-after', '2').type('text/plain').send(STATUS_CODES[503]);
        },
      },
    });
  });
}

/** A path under one of our prefixes that no route took: 405 when another method has it, else the 404 of everything absent. */
function refuseOwn(request: FastifyRequest, routes: RouteTable): void {
  const path = pathOf(request.url);
  if (!isOwn(path)) return;
  const methods = routes.methodsFor(path);
  if (methods.length === 0 || methods.includes(request.method)) throw notFound();
  throw failure(405, 'This method is not offered here.', { allow: methods.join(', ') });
}

function forwarded(request: { readonly id: string; readonly ip: string; readonly headers: Headers }, headers: Headers, config: Config): Headers {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED.test(name)));
  const host = request.headers['host'];
  return {
    ...kept,
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': new URL(config.publicUrl).protocol.replace(':', ''),
    'x-forwarded-for': request.ip,
    'x-request-id': request.id,
  };
}
