// `npm run check`: the fast gate. Each step is one tool and one line; the first that fails decides the exit code, all of them run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const bin = (name) => join(root, 'node_modules/.bin', name);
const quality = 'infra/quality';

const STEPS = [
  ['format', bin('prettier'), ['--config', `${quality}/prettier.json`, '--ignore-path', `${quality}/prettierignore`, '--check', '.', '--log-level', 'warn']],
  ['types', bin('tsc'), ['-b']],
  ['types of the dashboard', bin('tsc'), ['-p', 'apps/web', '--noEmit']],
  ['lint', bin('eslint'), ['--config', `${quality}/eslint.config.js`, '--max-warnings', '0', '.']],
  ['boundaries', bin('depcruise'), ['--config', `${quality}/dependency-cruiser.cjs`, '--output-type', 'err', 'apps', 'libs', 'test']],
  ['generated files', process.execPath, [`${quality}/generate.mjs`, '--check']],
  ['unused', bin('knip'), ['--config', `${quality}/knip.json`]],
  [
    'unit tests, documents',
    bin('vitest'),
    ['run', '--config', `${quality}/vitest.config.ts`, '--project', 'unit', '--project', 'architecture', '--reporter', 'dot'],
  ],
];

// The tools want Node 24, which npm put into node_modules/.bin: first on the path, whoever calls.
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`, NO_COLOR: '1' };
const failed = [];
for (const [name, command, args] of STEPS) {
  const began = Date.now();
  const done = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  if (done.status === 0) {
    console.log(`ok    ${name} (${seconds} s)`);
    continue;
  }
  failed.push(name);
  console.log(`FAIL  ${name} (${seconds} s)\n${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`);
}
console.log(failed.length === 0 ? 'check: all is well' : `check: ${failed.join(', ')} failed`);
process.exit(failed.length === 0 ? 0 : 1);
