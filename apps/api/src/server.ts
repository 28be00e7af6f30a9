import 'reflect-metadata';
import { Module, type DynamicModule, type NestApplicationOptions, type Type } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '@concord/core/ports';
import type { VerifyLogout } from '@concord/adapters/keycloak';
import type { Scan } from '@concord/adapters/antivirus';
import type { Telemetry } from '@concord/adapters/telemetry';
import type { Backend } from './backend.ts';
import type { Config } from './config.ts';
import { takeRawBodies } from './edge/body.ts';
import { ErrorFilter } from './edge/error-filter.ts';
import { Gate } from './edge/gate.ts';
import { EdgeGuard } from './edge/guard.ts';
import type { Log } from './edge/log.ts';
import { relay } from './edge/relay.ts';
import { requestIdOf, watchRequests } from './edge/request-hook.ts';
import { signReceipts } from './edge/receipts.ts';
import { recordRefusals } from './edge/refusals.ts';
import { RouteTable } from './edge/routes.ts';
import { ScanBodies } from './edge/scan-bodies.ts';
import { tlsOptions } from './edge/tls.ts';
import { BACKEND, CLOCK, CONFIG, LOG, METRICS, SCAN, SERVED_BUNDLE, SESSIONS, SIGN_IN, SIGN_IN_RECORD, VERIFY_LOGOUT, WITH_ACCESS } from './edge/tokens.ts';
import { HealthController } from './health/health.controller.ts';
import { AuthController } from './identity/auth.controller.ts';
import { MySessionsController } from './identity/my-sessions.controller.ts';
import { PolicyReportController } from './identity/policy-report.controller.ts';
import type { Authenticate } from './identity/authenticate.ts';
import type { Sessions } from './identity/sessions.ts';
import type { SignIn } from './identity/sign-in.ts';
import type { SignInRecord } from './identity/sign-in-record.ts';
import type { ServedBundle } from './views/session.controller.ts';

/** Everything the server is made of; `composition.ts` makes the real ones, a test may make others. */
export interface Parts {
  readonly config: Config;
  readonly backend: Backend;
  readonly clock: Clock;
  readonly metrics: Telemetry;
  readonly servedBundle: ServedBundle;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly signInRecord: SignInRecord;
  readonly authenticate: Authenticate;
  readonly verifyLogout: VerifyLogout;
  readonly log: Log;
  /** The house's file scanner, where there is one. */
  readonly scan: Scan | undefined;
  /** One module per resource: controllers with their own providers. */
  readonly resources: readonly (Type | DynamicModule)[];
}

export interface Edge {
  readonly app: NestFastifyApplication;
  readonly routes: RouteTable;
}

@Module({})
class EdgeModule {}

/** Ports as injected tokens, for every resource. */
function edgeModule(parts: Parts): DynamicModule {
  return {
    module: EdgeModule,
    global: true,
    imports: [...parts.resources],
    controllers: [HealthController, AuthController, MySessionsController, PolicyReportController],
    providers: [
      { provide: WITH_ACCESS, useValue: parts.backend.withAccess },
      { provide: BACKEND, useValue: parts.backend },
      { provide: CLOCK, useValue: parts.clock },
      { provide: CONFIG, useValue: parts.config },
      { provide: METRICS, useValue: parts.metrics },
      { provide: SERVED_BUNDLE, useValue: parts.servedBundle },
      { provide: SESSIONS, useValue: parts.sessions },
      { provide: SIGN_IN, useValue: parts.signIn },
      { provide: SIGN_IN_RECORD, useValue: parts.signInRecord },
      { provide: VERIFY_LOGOUT, useValue: parts.verifyLogout },
      { provide: LOG, useValue: parts.log },
      { provide: APP_GUARD, useClass: EdgeGuard },
      { provide: SCAN, useValue: parts.scan },
      { provide: APP_INTERCEPTOR, useClass: ScanBodies },
      Gate,
    ],
    exports: [WITH_ACCESS, BACKEND, CLOCK, CONFIG, METRICS, SERVED_BUNDLE, SESSIONS, SIGN_IN, SIGN_IN_RECORD, SCAN, Gate],
  };
}

/** Figures by route pattern, never by address. */
function countAnswers(server: FastifyInstance, metrics: Telemetry): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.answered({ method: request.method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    done();
  });
}

/** Builds the edge without listening. @throws Error when a route declares no permission. */
export async function buildServer(parts: Parts): Promise<Edge> {
  const filter = new ErrorFilter(parts.log);
  const adapter = new FastifyAdapter({
    genReqId: requestIdOf,
    requestIdHeader: false,
    // Whoever forwards from this machine (a reverse proxy, our own pages) names the client; nobody else may.
    trustProxy: 'loopback',
    // Header 16 KB is Node's own default; a path parameter is an id or a UID.
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      filter.answer(error, request, reply);
    },
    forceCloseConnections: 'idle',
    ...(parts.config.tls === undefined ? {} : { https: tlsOptions(parts.config.tls) }),
  });
  const server = adapter.getInstance();
  const routes = new RouteTable();
  routes.watch(server);
  if (parts.backend.receipts !== undefined) signReceipts(server, parts.backend.receipts, () => parts.clock.now());
  recordRefusals(server, { record: parts.backend.record, now: () => parts.clock.now(), log: parts.log });
  watchRequests(server, parts.config, parts.authenticate);
  countAnswers(server, parts.metrics);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest takes a plain object and declares a class
  const options: NestApplicationOptions = { bodyParser: false, logger: ['error', 'warn'], abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(edgeModule(parts), adapter, options);
  takeRawBodies(server);
  app.useGlobalFilters(filter);
  await app.init();
  await relay(server, parts.config, routes);
  await server.ready();
  return { app, routes };
}
