// `npm test`: every suite at smoke scale on a fresh clone. Installs into the clone only, never changes the system. Last line: N passed, N failed, N skipped.
import { spawn } from 'node:child_process';
import { alone, build, checkNode, install, Leave, node24, root, stopSteps } from './bootstrap.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
let child;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopSteps();
    child?.kill('SIGTERM');
  });
}

async function main() {
  checkNode();
  // The programs and the dashboard are built, because the start and the browser journeys run what a user runs.
  const node = await alone(say, async () => {
    await install(say);
    await build(node24(), say);
    return node24();
  });
  return new Promise((resolve) => {
    child = spawn(node, ['infra/start/run-suites.mjs'], {
      cwd: root,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

let code = 1;
try {
  code = await main();
} catch (error) {
  if (!(error instanceof Leave)) throw error;
  say(error.message);
  say('0 passed, 1 failed, 0 skipped');
}
process.exit(code);
