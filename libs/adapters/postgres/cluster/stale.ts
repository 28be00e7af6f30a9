import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * Deals with what an earlier start left in the data folder. A server that still runs is asked to stop and waited for: the
 * caller holds the folder's lock, so nobody else uses it. A dead server whose id stays visible (a zombie nobody reaped, or
 * the id of another program by now) would keep Postgres from starting, so its `postmaster.pid` goes.
 * @throws when a server in the folder does not stop.
 */
export async function clearStaleServer(dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'postmaster.pid');
  const pid = pidIn(file);
  if (pid === undefined) return;
  const deadline = performance.now() + PATIENCE_MS;
  // Left alone first: the watcher of a killed start is usually stopping the server already.
  for (let tries = 0; isServerOf(pid, dataDir); tries += 1) {
    if (performance.now() > deadline) throw new Error(`the Postgres server ${pid} in ${dataDir} does not stop`);
    if (tries === 10) process.kill(pid, 'SIGINT');
    await pause(LOOK_EVERY_MS);
  }
  if (exists(pid) && pidIn(file) === pid) {
    // Its children leave within moments of its death; the file is all that held the folder.
    await pause(1_000);
    rmSync(file, { force: true });
  }
}

function pidIn(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isServerOf(pid: number, dataDir: string): boolean {
  if (!exists(pid)) return false;
  const command = `/proc/${pid}/cmdline`;
  if (!existsSync('/proc/self/cmdline')) return true;
  // Empty for a zombie.
  return existsSync(command) && readFileSync(command, 'utf8').split('\0').includes(dataDir);
}
