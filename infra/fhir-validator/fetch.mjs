// Fetches HAPI FHIR's validator through Maven, compiles the small program around it, and prints the folder.
//   export CONCORD_FHIR_VALIDATOR=$(node infra/fhir-validator/fetch.mjs)
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const [pom, program] = ['pom.xml', 'Validate.java'].map((name) => join(here, name));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'concord');
const version = createHash('sha256').update(readFileSync(pom)).update(readFileSync(program)).digest('hex').slice(0, 12);
const home = join(cache, `fhir-validator-${version}`);

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  if (status === 0) return;
  console.error(`${command} failed: ${error?.message ?? `${stdout}${stderr}`}`);
  process.exit(1);
}

if (!existsSync(home)) {
  // Whole or not at all: a run that is stopped in between leaves nothing that looks complete.
  const draft = join(cache, `draft-${process.pid}`);
  mkdirSync(draft, { recursive: true });
  run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'lib')}`]);
  run('javac', ['-cp', join(draft, 'lib/*'), '-d', draft, program]);
  if (!existsSync(home)) renameSync(draft, home);
  rmSync(draft, { recursive: true, force: true });
}
console.log(home);
