import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../apps/api/src/backend.ts';
import { compose } from '../apps/api/src/composition.ts';
import { readConfig, type Config } from '../apps/api/src/config.ts';
import { lineLog } from '../apps/api/src/edge/log.ts';
import { buildServer, type Edge } from '../apps/api/src/server.ts';
import { FileStore } from '../apps/dev-identity/src/file-store.ts';
import { createProvider } from '../apps/dev-identity/src/provider.ts';
import { OneTimeCodes } from '../apps/dev-identity/src/one-time-code.ts';
import { readRealm, realmFolder } from '../apps/dev-identity/src/realm.ts';
import { keepSecrets, type Secrets } from '../apps/dev-identity/src/secrets.ts';
import { createRealmServer } from '../apps/dev-identity/src/server.ts';
import { instant, ok } from '../libs/core/kernel/index.ts';
import type { AccessRequest, AccessScope } from '../libs/core/ports/index.ts';
import { createTelemetry } from '../libs/adapters/telemetry/index.ts';
import { sessionParts } from './memory-sessions.ts';

/** The real edge with the real demo identity in one process, on ports of their own. */
export interface RunningEdge extends Edge {
  readonly url: string;
  readonly issuer: string;
  readonly secrets: Secrets;
  /** A genuine token of a demo user, as `concord token` gets it. */
  token(user: string, how?: { readonly mfa: boolean }): Promise<string>;
  get(path: string, as?: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, as: string | undefined, body: unknown, type?: string): Promise<Response>;
  close(): Promise<void>;
}

export interface EdgeOptions {
  /** Made with the settings of the edge. */
  readonly backend: (config: Config) => Promise<Backend>;
  readonly databaseUrl?: string;
  /** Where the dashboard answers. */
  readonly webUrl?: string;
  /** Seconds that a token lives; the realm's own without it. */
  readonly tokenLife?: number;
  /** Of one person; without it none of a test meets the limit. */
  readonly callsPerMinute?: number;
  /** Further settings, by their names. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Hears every line of the edge's log. */
  readonly log?: (line: string) => void;
}

export async function startEdge({
  backend: backendOf,
  databaseUrl = 'postgresql://unused',
  webUrl,
  tokenLife,
  callsPerMinute,
  settings = {},
  log,
}: EdgeOptions): Promise<RunningEdge> {
  const dataDir = mkdtempSync(join(tmpdir(), 'concord-edge-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const secrets = await keepSecrets(dataDir);
  const read = readRealm(realmFolder(), { CONCORD_PUBLIC_URL: url });
  const realm = { ...read, tokenLife: tokenLife ?? read.tokenLife };
  const store = new FileStore(join(dataDir, 'identity', 'sessions.json'), () => Date.now());
  const identity = createRealmServer(createProvider({ publicUrl: url, realm, secrets, store }), { realm, now: Date.now, codes: new OneTimeCodes(Date.now) });
  const identityUrl = await listen(identity);
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    CONCORD_PORT: String(port),
    CONCORD_DATA_DIR: dataDir,
    CONCORD_IDENTITY_URL: identityUrl,
    CONCORD_WEB_URL: webUrl,
    CONCORD_CALLS_PER_MINUTE: String(callsPerMinute ?? 1_000_000),
    ...settings,
  });
  const backend = await backendOf(config);
  const quiet = lineLog(log ?? (() => undefined), () => '');
  const edge = await buildServer(compose(config, backend, createTelemetry(), quiet));
  await edge.app.listen(port, '127.0.0.1');
  const tokens = new Map<string, { readonly value: Promise<string>; readonly until: number }>();
  const token = (user: string, { mfa } = { mfa: false }) => {
    const form = { requested_subject: user, ...(mfa ? { acr_values: 'mfa' } : {}) };
    if (mfa) return exchange(identityUrl, secrets.cliSecret, form);
    const known = tokens.get(user);
    if (known !== undefined && performance.now() < known.until) return known.value;
    const value = exchange(identityUrl, secrets.cliSecret, form);
    // A token lives five minutes; a long run asks again in time.
    tokens.set(user, { value, until: performance.now() + 4 * 60_000 });
    return value;
  };
  const bearer = async (as: string | undefined): Promise<Record<string, string>> => (as === undefined ? {} : { authorization: `Bearer ${await token(as)}` });
  return {
    ...edge,
    url,
    issuer: `${url}/realms/concord`,
    secrets,
    token,
    get: async (path, as, headers = {}) => fetch(`${url}${path}`, { headers: { ...(await bearer(as)), ...headers }, redirect: 'manual' }),
    post: async (path, as, body, type = 'application/fhir+json') =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { ...(await bearer(as)), 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        redirect: 'manual',
      }),
    close: async () => {
      await edge.app.close();
      await backend.close();
      store.flush();
      identity.closeAllConnections();
      await new Promise((resolve) => identity.close(resolve));
    },
  };
}

/** A backend that grants everything and holds nothing: for what the edge decides before any data is asked for. */
export function emptyBackend(seen: AccessRequest[] = [], now = Date.now): EdgeOptions['backend'] {
  const scope = {
    wards: [],
    worklist: { wards: () => Promise.resolve([]) },
    breakGlass: { openReviews: () => Promise.resolve(0) },
    administration: { sources: () => Promise.resolve([]) },
  };
  return () =>
    Promise.resolve({
      withAccess: <T>(request: AccessRequest, work: (scope: AccessScope) => Promise<T>) => {
        seen.push(request);
        return work({ ...scope, now: instant(now()) } as unknown as AccessScope).then(ok);
      },
      record: () => Promise.resolve(),
      ...sessionParts(),
      ready: () => Promise.resolve(true),
      close: () => Promise.resolve(),
    });
}

async function exchange(identityUrl: string, secret: string, form: Record<string, string>): Promise<string> {
  const answer = await fetch(`${identityUrl}/realms/concord/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`concord-cli:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', ...form }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listen(server));
  await new Promise((resolve) => server.close(resolve));
  return Number(port);
}
