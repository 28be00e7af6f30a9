import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Provider } from 'oidc-provider';
import { interaction, type People } from './interaction.ts';
import { STYLES, SUBMIT_SCRIPT } from './styles.ts';

const REALM = '/realms/concord';

/** No page of ours needs more: own files only, nothing inline, no frame around it. */
const POLICY =
  "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

interface Asset {
  readonly type: string;
  readonly body: string | Buffer;
}

/** The realm over HTTP: the provider under `/realms/concord`, its pages, and their files. */
export function createRealmServer(provider: Provider, people: People): Server {
  const assets = readAssets();
  const answer = provider.callback();
  return createServer((request, response) => {
    setHeaders(response);
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const asset = assets.get(path);
    if (asset !== undefined) {
      response.writeHead(200, { 'content-type': asset.type, 'cache-control': 'public, max-age=3600' });
      response.end(asset.body);
      return;
    }
    if (path !== REALM && !path.startsWith(`${REALM}/`)) {
      notFound(response);
      return;
    }
    mount(request);
    if (path.startsWith(`${REALM}/interaction/`)) {
      interaction({ provider, people }, request, response).catch(() => {
        fail(response);
      });
      return;
    }
    void answer(request, response);
  });
}

/** The provider answers below a folder: it sees the path without it, and finds the whole one for its links. */
function mount(request: IncomingMessage & { originalUrl?: string }): void {
  request.originalUrl = request.url ?? '/';
  request.url = request.originalUrl.slice(REALM.length) || '/';
}

function setHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('cache-control', 'no-store');
}

function readAssets(): ReadonlyMap<string, Asset> {
  const font = fileURLToPath(import.meta.resolve('@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2'));
  return new Map([
    [`${REALM}/assets/style.css`, { type: 'text/css; charset=utf-8', body: STYLES }],
    [`${REALM}/assets/submit.js`, { type: 'text/javascript; charset=utf-8', body: SUBMIT_SCRIPT }],
    [`${REALM}/assets/source-sans-3.woff2`, { type: 'font/woff2', body: readFileSync(font) }],
  ]);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Not found.');
}

function fail(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Something went wrong here.');
}
