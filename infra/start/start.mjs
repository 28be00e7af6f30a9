// `npm start`: lock, install, build, then hand over to the supervisor on Node 24. Runs on a bare Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { alone, build, checkNode, install, Leave, node24, root, stopSteps } from './bootstrap.mjs';
import { dataFolder, portIsFree, takeLock, waitForLastRun } from './lock.mjs';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const env = process.env;
const port = Number(env.CONCORD_PORT ?? 3000);
const url = env.CONCORD_PUBLIC_URL ?? `http://localhost:${port}`;
const began = Date.now();
// npm that is killed cannot tell: its child is handed to another parent, and that is how we know.
const parent = process.ppid;
const state = { ready: false, stopping: false, supervisor: undefined };

const say = (line) => process.stdout.write(`${line}\n`);

function refuse() {
  checkNode();
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Leave(`CONCORD_PORT=${env.CONCORD_PORT} is not a port (1 to 65535).`);
  if (!LOOPBACK.has(env.CONCORD_BIND ?? '127.0.0.1')) {
    throw new Leave(
      `CONCORD_BIND=${env.CONCORD_BIND} is refused: the demo logins and the demo patients are for this machine only (127.0.0.1). Unset CONCORD_BIND.`,
    );
  }
  if ((env.CONCORD_ENV ?? 'demo') !== 'demo') {
    throw new Leave(
      `CONCORD_ENV=${env.CONCORD_ENV} is refused: npm start runs the demo identity and demo patients, which production must not have. Unset CONCORD_ENV.`,
    );
  }
}

/** What another start hears that asks. It may ask before the half-second look at our parent: then this is that look. */
function about() {
  if (process.ppid !== parent) stop();
  return { pid: process.pid, url, ready: state.ready && !state.stopping, leaving: state.stopping };
}

async function main() {
  refuse();
  const folder = dataFolder();
  const lock = await takeLock(folder, about).catch((error) => {
    throw new Leave(`The data folder ${folder} cannot be used (${error.code ?? error.message}). Set CONCORD_DATA_DIR to a folder that this account may write.`);
  });
  if (!lock.held) {
    say(lock.by.ready ? `Concord already runs: ${lock.by.url}` : `Concord is already starting (process ${lock.by.pid}); its address will be ${lock.by.url}`);
    return 0;
  }
  try {
    if (!(await waitForLastRun(folder, say)))
      throw new Leave(`The last run from ${folder} does not end. End the process that ${join(folder, 'run.json')} names, then start again.`);
    if (!(await portIsFree(port, env.CONCORD_BIND ?? '127.0.0.1'))) {
      throw new Leave(`Port ${port} is already in use by another program. End that one, or choose another port: CONCORD_PORT=${port + 1} npm start`);
    }
    const node = await alone(say, async () => {
      await install(say);
      await build(node24(), say);
      return node24();
    });
    return state.stopping ? 130 : await supervise(node, folder);
  } finally {
    lock.release();
  }
}

/** Runs the supervisor to its end; it owns the order of everything below it. */
function supervise(node, folder) {
  return new Promise((resolve) => {
    const args = [join(root, 'apps/cli/dist/src/start/supervisor.js'), ...process.argv.slice(2)];
    const child = spawn(node, args, {
      cwd: root,
      env: { ...env, CONCORD_PORT: String(port), CONCORD_DATA_DIR: folder, CONCORD_STARTED_AT: String(began) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    state.supervisor = child;
    child.on('message', (message) => {
      if (message?.ready) state.ready = true;
    });
    child.on('exit', (code, signal) => {
      if (signal && !state.stopping) say(`The supervisor was ended by ${signal}; what it had started stops too. Run npm start again.`);
      resolve(code ?? 1);
    });
  });
}

function stop() {
  if (state.stopping) return;
  state.stopping = true;
  stopSteps();
  if (state.supervisor?.connected) state.supervisor.send({ stop: true });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
setInterval(() => {
  if (process.ppid !== parent) stop();
}, 500).unref();

let code = 1;
try {
  code = await main();
} catch (error) {
  if (!(error instanceof Leave)) throw error;
  if (state.stopping) code = 130;
  else process.stderr.write(`${error.message}\n`);
}
process.exit(code);
