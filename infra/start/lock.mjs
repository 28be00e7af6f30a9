// One start for each data folder. The lock is a listening socket: it ends with its process, however that ends.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOCKET_PATH_MAX = 100; // the system's limit is 107 bytes

export function dataFolder() {
  return resolve(process.env.CONCORD_DATA_DIR || (process.getuid?.() === 0 ? '/var/lib/concord' : join(homedir(), '.concord')));
}

function socketPath(folder) {
  const inside = join(folder, 'start.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside;
  return join(tmpdir(), `concord-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.sock`);
}

/**
 * Takes the lock of a data folder, or says who holds it.
 * @param {string} folder
 * @param {() => object} about what to tell another start that asks: `{ pid, url, ready, leaving }`
 * @returns {Promise<{ held: true, release(): void } | { held: false, by: { pid: number, url: string, ready: boolean } }>}
 */
export async function takeLock(folder, about) {
  mkdirSync(folder, { recursive: true });
  const path = socketPath(folder);
  const other = await outlast(path);
  if (other) return { held: false, by: other };
  rmSync(path, { force: true });
  const server = net.createServer((socket) => socket.on('error', () => undefined).end(JSON.stringify(about())));
  await listen(server, { path });
  // Two starts that both saw a dead socket both get here; the later one owns the path, and the earlier one sees it.
  await new Promise((done) => setTimeout(done, 150));
  const holder = await ask(path);
  if (!holder) {
    server.close();
    return takeLock(folder, about);
  }
  if (holder.pid !== process.pid) {
    server.close();
    return { held: false, by: holder };
  }
  server.unref();
  return {
    held: true,
    release() {
      // This removes the socket's file too, before it closes: a file removed afterwards could be the next start's.
      server.close();
    },
  };
}

function listen(server, where) {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(where, done);
  });
}

/**
 * Whoever holds the lock and means to keep it. A start whose terminal was killed half a second ago still answers while it
 * stops; to leave because of it would leave the ward with neither.
 */
async function outlast(path, limitMs = 30_000) {
  const until = Date.now() + limitMs;
  let holder = await ask(path);
  while (holder?.leaving && Date.now() < until) {
    await new Promise((done) => setTimeout(done, 200));
    holder = await ask(path);
  }
  return holder;
}

/** What the holder of the lock says of itself; undefined when nobody answers. */
function ask(path) {
  return new Promise((done) => {
    let text = '';
    const socket = net.connect(path);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (bytes) => (text += bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      try {
        done(JSON.parse(text));
      } catch {
        done(undefined);
      }
    });
  });
}

/** Waits while the run that `run.json` names is still shutting down, so that two never share a database. */
export async function waitForLastRun(folder, say, limitMs = 30_000) {
  const pid = lastRunPid(folder);
  if (pid === undefined || !isAlive(pid)) return true;
  say('The last run is still stopping; waiting for it …');
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    await new Promise((done) => setTimeout(done, 200));
    if (!isAlive(pid)) return true;
  }
  return false;
}

function lastRunPid(folder) {
  try {
    const { pid } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Alive and a supervisor of ours: a number is used again, and a zombie still answers to a signal. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)[0];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return state !== 'Z' && state !== 'X' && command.includes('start/supervisor');
  } catch {
    return process.platform !== 'linux';
  }
}

/** Can this start have the port? A bind on the same address tells; it is closed again at once. */
export function portIsFree(port, host) {
  return new Promise((done) => {
    const server = net.createServer();
    server.once('error', () => done(false));
    server.listen(port, host, () => server.close(() => done(true)));
  });
}
