// Fetches the Keycloak server that the tests of the project `keycloak` run against, through Maven, and prints its folder.
//   export CONCORD_KEYCLOAK_HOME=$(node infra/keycloak/fetch.mjs)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '26.7.3';
const zip = join(homedir(), `.m2/repository/org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.zip`);
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'concord');
const home = join(cache, `keycloak-${VERSION}`);

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  if (status === 0) return;
  console.error(`${command} failed: ${error?.message ?? stderr}`);
  process.exit(1);
}

if (!existsSync(join(home, 'bin/kc.sh'))) {
  const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
  if (!existsSync(zip)) run('mvn', ['-q', 'dependency:get', `-Dartifact=${artifact}`, '-Dtransitive=false']);
  // Whole or not at all: a run that is stopped in between leaves nothing that looks complete.
  const draft = join(cache, `draft-${process.pid}`);
  mkdirSync(draft, { recursive: true });
  run('unzip', ['-q', zip, '-d', draft]);
  if (!existsSync(home)) renameSync(join(draft, `keycloak-${VERSION}`), home);
  rmSync(draft, { recursive: true, force: true });
}
console.log(home);
