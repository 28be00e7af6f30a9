import { Controller, Get, Module, Param, Post, Body, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessionSeal } from '@concord/adapters/crypto';
import { createTelemetry } from '@concord/adapters/telemetry';
import { err, instant, ok } from '@concord/core/kernel';
import type { AccessRequest, AccessScope, Actor, SessionStore } from '@concord/core/ports';
import { readConfig } from './config.ts';
import type { Caller } from './edge/caller.ts';
import { From } from './edge/caller.ts';
import { bytesOf, requireMediaType, type RawBody } from './edge/body.ts';
import { failure, notFound } from './edge/failure.ts';
import { Needs, OpenToAll } from './edge/permission.ts';
import { Sessions } from './identity/sessions.ts';
import { SignIn } from './identity/sign-in.ts';
import { buildServer, type Edge, type Parts } from './server.ts';

const nurse: Actor = { issuer: 'concord', subject: 's', login: 'nurse', displayName: 'N', roles: ['nurse'], clientId: 'c', tokenId: 't' };

@Controller('fhir/R4/Patient')
class PatientController {
  @Get(':id')
  @Needs('read', 'Patient')
  read(@From() caller: Caller, @Param('id') id: string): object {
    if (id === 'absent') throw notFound();
    if (id === 'broken') throw new Error('Whitfield, born 1961');
    return { id, entry: caller.entry, requestId: caller.requestId, login: caller.actor.login };
  }

  @Post()
  @Needs('create', 'Patient')
  create(@Req() request: FastifyRequest, @Body() body: RawBody): object {
    requireMediaType(request, ['application/fhir+json']);
    return { bytes: bytesOf(body).length };
  }
}

@Controller('dicom-web')
class DicomController {
  @Post('studies')
  @Needs('create', 'ImagingStudy')
  store(): object {
    throw failure(400, 'No part is readable.');
  }
}

@Module({ controllers: [PatientController, DicomController] })
class Resources {}

@Controller('open')
class Undeclared {
  @Get()
  read(): object {
    return {};
  }
}
@Module({ controllers: [Undeclared] })
class Forgetful {}

@Controller('api/v1/open')
class Declared {
  @Get()
  @OpenToAll('A test.')
  read(): object {
    return {};
  }
}
@Module({ controllers: [Declared] })
class Open {}

function parts(resources: Parts['resources']): Parts {
  const config = readConfig({ DATABASE_URL: 'postgresql://nowhere', CONCORD_PORT: '3000' });
  // Nobody signs in here: what the edge does before any session is asked for.
  const store = {} as SessionStore;
  const seal = createSessionSeal(new Uint8Array(32));
  const sessions = new Sessions({ store, seal, now: () => instant(0) });
  return {
    config,
    backend: {
      withAccess: <T>(_request: AccessRequest, work: (scope: AccessScope) => Promise<T>) => work({} as AccessScope).then(ok),
      record: () => Promise.resolve(),
      sessions: store,
      sessionSeal: seal,
      ready: () => Promise.resolve(true),
      close: () => Promise.resolve(),
    },
    clock: { now: () => instant(0) },
    metrics: createTelemetry(),
    scan: undefined,
    servedBundle: () => Promise.resolve(null),
    sessions,
    signInRecord: { signedIn: () => Promise.resolve(), failed: () => Promise.resolve(), signedOut: () => Promise.resolve() },
    signIn: new SignIn({ identity: config.identity, publicUrl: config.publicUrl, sessions, seal, now: () => 0 }),
    authenticate: (request) => Promise.resolve(request.headers.authorization === 'Bearer good' ? nurse : undefined),
    verifyLogout: () => Promise.resolve(err({ kind: 'invalid' })),
    log: { info: () => undefined, error: () => undefined },
    resources,
  };
}

describe('the edge', () => {
  let edge: Edge;
  const call = (method: 'GET' | 'POST' | 'DELETE', url: string, headers: Record<string, string> = {}, payload?: string) =>
    edge.app.inject({ method, url, headers: { host: 'localhost:3000', ...headers }, ...(payload === undefined ? {} : { payload }) });
  const token = { authorization: 'Bearer good' };

  beforeAll(async () => {
    edge = await buildServer(parts([Resources, Open]));
  });
  afterAll(() => edge.app.close());

  it('has browsers come by https alone, once its public address is https; and says nothing of it on localhost', async () => {
    const config = readConfig({ DATABASE_URL: 'postgresql://nowhere', CONCORD_PUBLIC_URL: 'https://concord.example' });
    const secure = await buildServer({ ...parts([Resources, Open]), config });
    const answer = await secure.app.inject({ method: 'GET', url: '/healthz', headers: { host: 'concord.example' } });
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    expect((await call('GET', '/healthz')).headers['strict-transport-security']).toBeUndefined();
    await secure.app.close();
  });

  it('refuses to start with a route that declares no permission', async () => {
    await expect(buildServer(parts([Forgetful]))).rejects.toThrow('declares no permission');
  });

  it('lists every route with what it needs or why it is open', () => {
    expect(edge.routes.list().every((route) => route.permission !== undefined || route.open !== undefined)).toBe(true);
    expect(edge.routes.list().map((route) => `${route.method} ${route.path}`)).toContain('GET /fhir/R4/Patient/:id');
  });

  it('answers 401 to nobody on every path of data, whether it exists or not, and reads no body first', async () => {
    for (const url of ['/fhir/R4/Patient/1', '/fhir/R4/Nothing', '/api/v1/nothing', '/audit?patient=1', '/events', '/dicom-web/studies']) {
      const answer = await call('GET', url);
      expect([url, answer.statusCode]).toEqual([url, 401]);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect((await call('POST', '/fhir/R4/Patient', { 'content-type': 'application/fhir+json' }, '{}')).statusCode).toBe(401);
  });

  it('lets an open route, health and readiness be read by anyone', async () => {
    for (const url of ['/api/v1/open', '/healthz', '/readyz']) expect((await call('GET', url)).statusCode).toBe(200);
  });

  it('gives a controller the caller, and the request id back', async () => {
    const answer = await call('GET', '/fhir/R4/Patient/1', { ...token, 'x-request-id': 'abc-1' });
    expect(answer.json()).toEqual({ id: '1', entry: 'GET /fhir/R4/Patient/:id', requestId: 'abc-1', login: 'nurse' });
    expect(answer.headers['x-request-id']).toBe('abc-1');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('makes a request id when the one sent is not one plain word', async () => {
    const answer = await call('GET', '/fhir/R4/Patient/1', { ...token, 'x-request-id': 'a b' });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('writes what is absent as OperationOutcome, DICOM JSON or problem+json by the path', async () => {
    const fhir = await call('GET', '/fhir/R4/Patient/absent', token);
    expect([fhir.statusCode, fhir.json<{ resourceType: string }>().resourceType]).toEqual([404, 'OperationOutcome']);
    expect(fhir.headers['content-type']).toContain('application/fhir+json');
    const dicom = await call('POST', '/dicom-web/studies', token);
    expect([dicom.statusCode, dicom.headers['content-type']]).toEqual([400, expect.stringContaining('application/dicom+json')]);
    const api = await call('GET', '/api/v1/nothing', token);
    expect(api.json()).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not found.' });
  });

  it('tells nothing of the inside when something breaks', async () => {
    const answer = await call('GET', '/fhir/R4/Patient/broken', token);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/Whitfield|Error|at /);
  });

  it('answers 405 with the methods that the path has', async () => {
    const answer = await call('DELETE', '/fhir/R4/Patient/1', token);
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('hands the bytes of a body over unread, refuses other media types and too much', async () => {
    const fhir = { ...token, 'content-type': 'application/fhir+json' };
    expect((await call('POST', '/fhir/R4/Patient', fhir, '{"a": nonsense')).json()).toEqual({ bytes: 14 });
    expect((await call('POST', '/fhir/R4/Patient', { ...token, 'content-type': 'text/html' }, 'x')).statusCode).toBe(415);
    expect((await call('POST', '/fhir/R4/Patient', fhir, 'x'.repeat(1024 * 1024 + 1))).statusCode).toBe(413);
    expect((await call('POST', '/fhir/R4/Patient', { ...fhir, 'content-encoding': 'gzip' }, 'x')).statusCode).toBe(415);
  });

  it('answers an unreadable address with 400', async () => {
    expect((await call('GET', '/fhir/R4/Patient/%E0%A4%A', token)).statusCode).toBe(400);
  });

  it('refuses a plain-http name that is not localhost, in one clear sentence', async () => {
    const answer = await call('GET', '/fhir/R4/Patient/1', { ...token, host: 'concord.example' });
    expect(answer.statusCode).toBe(421);
    expect(answer.body).toContain('http://localhost:3000');
  });
});

describe('the settings', () => {
  const base = { DATABASE_URL: 'postgresql://x' };
  it('refuse the demo identity in production and on another bind, in one line', () => {
    const demo = { ...base, CONCORD_IDENTITY_URL: 'http://127.0.0.1:4000' };
    expect(() => readConfig({ ...demo, CONCORD_ENV: 'production' })).toThrow(/^The demo identity does not run with CONCORD_ENV=production/);
    expect(() => readConfig({ ...demo, CONCORD_BIND: '0.0.0.0' })).toThrow(/^The demo identity does not run with CONCORD_BIND=0\.0\.0\.0/);
    expect(() => readConfig({ ...base, CONCORD_ENV: 'production', KEYCLOAK_URL: 'http://kc/realms/concord' })).toThrow(/https/);
  });
  it('name a setting that is wrong', () => {
    expect(() => readConfig({ ...base, CONCORD_PORT: 'x' })).toThrow(/CONCORD_PORT/);
    expect(() => readConfig({})).toThrow(/DATABASE_URL/);
  });
  it('derive issuer and links from one public address', () => {
    expect(readConfig({ ...base, CONCORD_PUBLIC_URL: 'https://c.example/' }).identity.issuer).toBe('https://c.example/realms/concord');
  });
});
