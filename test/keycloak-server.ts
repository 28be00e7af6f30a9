import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { freePort, ROOT } from './running-system.ts';

/** A Keycloak that runs for the tests, with the realm of `infra/keycloak` in it. */
export interface KeycloakServer {
  /** Scheme, host and port. */
  readonly url: string;
  /** Where the edge must listen: the realm sends browsers and logout tokens there. */
  readonly edgePort: number;
  readonly webSecret: string;
  readonly adminPassword: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly keycloak: KeycloakServer | { readonly reason: string };
  }
}

/** Of every demo user in it: the demo's own password holds a word that the realm refuses. */
export const TEST_PASSWORD = 'nine green lanterns';

/** A minute on a quiet machine; the first start builds. */
const READY_WITHIN_MS = 480_000;

/** Why no Keycloak can be started here; undefined when one can. */
export function keycloakReason(env: NodeJS.ProcessEnv): string | undefined {
  const home = env['CONCORD_KEYCLOAK_HOME'];
  if (home === undefined || home === '') return 'CONCORD_KEYCLOAK_HOME names no Keycloak: node infra/keycloak/fetch.mjs fetches one';
  if (!existsSync(join(home, 'bin/kc.sh'))) return `CONCORD_KEYCLOAK_HOME holds no bin/kc.sh: ${home}`;
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'java does not run';
}

/** Set-up of the project `keycloak`: one server for all its tests, on a port and in a folder of its own, gone afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['CONCORD_KEYCLOAK_RUNNING'];
  if (running !== undefined && running !== '') {
    // One that somebody keeps running while they write tests, as the JSON of a KeycloakServer.
    project.provide('keycloak', JSON.parse(running) as KeycloakServer);
    return () => Promise.resolve();
  }
  const reason = keycloakReason(process.env);
  if (reason !== undefined) {
    project.provide('keycloak', { reason });
    return () => Promise.resolve();
  }
  const [port, edgePort] = [await freePort(), await freePort()];
  const server: KeycloakServer = { url: `http://127.0.0.1:${port}`, edgePort, webSecret: 'a-web-secret-of-the-tests', adminPassword: 'an-admin-password' };
  const stop = await start(server, port);
  project.provide('keycloak', server);
  return stop;
}

/** Its whole folder is copied: it writes its build beside its program, and its database and imports below it. */
async function start(server: KeycloakServer, port: number): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'concord-keycloak-'));
  cpSync(process.env['CONCORD_KEYCLOAK_HOME'] ?? '', home, { recursive: true });
  rmSync(join(home, 'data'), { recursive: true, force: true });
  mkdirSync(join(home, 'data/import'), { recursive: true });
  cpSync(join(ROOT, 'infra/keycloak/concord-realm.json'), join(home, 'data/import/concord-realm.json'));
  const people = readFileSync(join(ROOT, 'infra/keycloak/concord-users-0.json'), 'utf8');
  writeFileSync(join(home, 'data/import/concord-users-0.json'), people.replaceAll('"concord-demo"', JSON.stringify(TEST_PASSWORD)));
  const log = openSync(join(home, 'log.txt'), 'a');
  const child = spawn(join(home, 'bin/kc.sh'), ['start-dev', '--import-realm', '--http-host=127.0.0.1', `--http-port=${port}`], {
    cwd: home,
    // A group of its own: the script starts Java, and starts it again once it has built.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: server.adminPassword,
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
      CONCORD_PUBLIC_URL: `http://localhost:${server.edgePort}`,
      CONCORD_WEB_CLIENT_SECRET: server.webSecret,
    },
  });
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    for (let i = 0; i < 100 && child.exitCode === null && child.signalCode === null; i += 1) await pause(100);
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  };
  const until = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(server.url))) {
    if (child.exitCode !== null || performance.now() > until) {
      const said = readFileSync(join(home, 'log.txt'), 'utf8').slice(-2_000);
      await stop();
      throw new Error(`Keycloak did not start:\n${said}`);
    }
    await pause(500);
  }
  return stop;
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/realms/concord/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}
