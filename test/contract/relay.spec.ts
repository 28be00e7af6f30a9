import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

interface Relayed {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const pages = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60', etag: '"1"' });
    response.end(JSON.stringify({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() } satisfies Relayed));
  });
});

let edge: RunningEdge;
beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  edge = await startEdge({ backend: emptyBackend(), webUrl: `http://127.0.0.1:${(pages.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await edge.close();
  pages.close();
});

const relayed = async (path: string, init: RequestInit = {}) => (await (await fetch(`${edge.url}${path}`, init)).json()) as Relayed;

describe('the relay to the dashboard', () => {
  it('passes every path that is not ours, with its query, body, cookie and caching', async () => {
    const answer = await fetch(`${edge.url}/_next/static/a.js?x=%2F1&x=2`, { headers: { cookie: 'a=b' } });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    expect(await answer.json()).toMatchObject({ url: '/_next/static/a.js?x=%2F1&x=2', headers: { cookie: 'a=b' } });
    expect(await relayed('/form', { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } })).toMatchObject({
      url: '/form',
      body: '{"a":1}',
    });
    expect((await relayed('/')).url).toBe('/');
  });

  it('names host, scheme, client and request itself, and drops what a client says about them', async () => {
    const spoofed = {
      authorization: 'Bearer x',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
      'x-middleware-subrequest': 'src/middleware',
      'x-nextjs-data': '1',
      'x-request-id': 'abc-1',
    };
    const { headers } = await relayed('/worklist', { headers: spoofed });
    expect(headers).toMatchObject({
      host: new URL(edge.url).host,
      'x-forwarded-host': new URL(edge.url).host,
      'x-forwarded-proto': 'http',
      'x-request-id': 'abc-1',
    });
    for (const name of ['authorization', 'forwarded', 'x-middleware-subrequest', 'x-nextjs-data']) expect(headers[name]).toBeUndefined();
  });

  it('keeps to itself whatever lies under a prefix of ours, however it is written', async () => {
    for (const path of ['/fhir/R4/Nothing', '/api/v1/nothing', '/audit/x', '/dicom-web/x', '/events', '/cds-services/x']) {
      expect([path, (await edge.get(path)).status]).toEqual([path, 401]);
      expect([path, (await edge.get(path, 'nurse')).status]).toEqual([path, 404]);
    }
  });

  it('serves the realm of the demo identity on the same origin', async () => {
    const discovery = (await (await fetch(`${edge.url}/realms/concord/.well-known/openid-configuration`)).json()) as { issuer: string; token_endpoint: string };
    expect(discovery).toMatchObject({ issuer: edge.issuer, token_endpoint: `${edge.issuer}/protocol/openid-connect/token` });
  });

  it('says that the dashboard is away when it is', async () => {
    const other = await startEdge({ backend: emptyBackend(), webUrl: 'http://127.0.0.1:9' });
    const answer = await fetch(`${other.url}/`);
    expect([answer.status, await answer.text()]).toEqual([503, 'Service Unavailable']);
    await other.close();
  });
});

describe('the routes of the running edge', () => {
  it('each declare a permission, or why they are open; and these are all that are open', () => {
    const routes = edge.routes.list();
    expect(routes.filter(({ permission, open }) => (permission === undefined) === (open === undefined))).toEqual([]);
    const open = routes.filter((route) => route.open !== undefined && route.method !== 'HEAD').map(({ method, path }) => `${method} ${path}`);
    const expected = [
      'GET /auth/callback',
      'GET /auth/login',
      'GET /auth/step-up',
      'GET /cds-services',
      'GET /fhir/R4/metadata',
      'GET /healthz',
      'GET /readyz',
      'POST /auth/backchannel-logout',
      'POST /auth/logout',
      'POST /auth/logout-everywhere',
      'POST /auth/policy-report',
    ];
    expect(open.filter((one) => !expected.includes(one))).toEqual([]);
  });

  it('are those that the description of the API names', async () => {
    const described = (await (await edge.get('/api/v1/openapi.json', 'steward')).json()) as { paths: Record<string, object> };
    const named = Object.entries(described.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));
    const running = edge.routes
      .list()
      .filter(({ method, path }) => method !== 'HEAD' && (path.startsWith('/api/v1/') || path === '/audit' || path.startsWith('/audit/')))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(running.sort()).toEqual(named.sort());
  });
});
