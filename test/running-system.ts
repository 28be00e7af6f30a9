import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, chmodSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The working copy. */
export const ROOT = join(import.meta.dirname, '..');
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 30_000;

/** What a test that starts the whole product needs: it runs the built programs, as a user does. */
export const builtReason = existsSync(join(ROOT, 'apps/cli/dist/src/start/supervisor.js')) ? undefined : 'the programs are not built: npm run build';

export type Program = 'api' | 'worker' | 'sequencer' | 'web' | 'dev-identity' | 'postgres';

/** One `npm start` of its own: own port, own data folder, no demo patients unless asked for. */
export class RunningSystem {
  readonly dataDir: string;
  readonly port: number;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  output = '';
  private child: ChildProcess | undefined;

  private constructor(port: number, env: NodeJS.ProcessEnv) {
    this.dataDir = mkdtempSync(join(tmpdir(), 'concord-test-'));
    // The database server of a start as root runs under another account and must be able to enter.
    chmodSync(this.dataDir, 0o755);
    this.port = port;
    this.url = `http://localhost:${port}`;
    this.env = { ...withoutOurs(process.env), CONCORD_PORT: String(port), CONCORD_DATA_DIR: this.dataDir, CONCORD_DEMO_PATIENTS: '0', ...env };
  }

  static async create(env: NodeJS.ProcessEnv = {}): Promise<RunningSystem> {
    return new RunningSystem(await freePort(), env);
  }

  /** A start below a shell, as npm has it: killing the shell tells the start nothing. */
  spawnBelowShell(): ChildProcess {
    return this.spawn({}, ['sh', '-c', `node ${join(ROOT, 'infra/start/start.mjs')}; true`]);
  }

  /** Spawns the start and does not wait. */
  spawn(extra: NodeJS.ProcessEnv = {}, [program = 'node', ...args]: readonly string[] = ['node', join(ROOT, 'infra/start/start.mjs')]): ChildProcess {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...this.env, ...extra },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (bytes: Buffer): void => void (this.output += bytes.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    return child;
  }

  async start(): Promise<void> {
    this.child = this.spawn();
    await this.untilReady();
  }

  /** @returns milliseconds until `/readyz` said yes. */
  async untilReady(withinMs = READY_WITHIN_MS): Promise<number> {
    const began = performance.now();
    while (performance.now() - began < withinMs) {
      if (await this.isReady()) return performance.now() - began;
      if (this.child?.exitCode !== null && this.child !== undefined) throw new Error(`the start ended:\n${this.output}`);
      await pause(100);
    }
    throw new Error(`not ready after ${withinMs} ms:\n${this.output}`);
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      async (answer) => (await answer.arrayBuffer(), answer.ok),
      () => false,
    );
  }

  /** The process of a program, by what it runs (Linux). */
  pidOf(program: Program): number | undefined {
    if (program === 'postgres') return this.postmaster();
    const ran = program === 'sequencer' ? 'apps/worker/dist/src/sequencer.js' : program === 'worker' ? 'apps/worker/dist/src/main.js' : `apps/${program}/`;
    return processes().find(({ command, environment }) => command.includes(ran) && environment.includes(this.dataDir))?.pid;
  }

  /** Everything that this start began, in whatever place (Linux). */
  processes(): readonly number[] {
    return processes()
      .filter(({ command, environment }) => command.includes(this.dataDir) || environment.includes(this.dataDir))
      .map(({ pid }) => pid);
  }

  /** What Ctrl-C does: the signal goes to the whole group. */
  async interrupt(): Promise<void> {
    if (this.child?.pid !== undefined && this.child.exitCode === null) process.kill(-this.child.pid, 'SIGINT');
    await this.untilGone();
  }

  /** Kills only the start itself, as a broken terminal does. */
  async killLeader(): Promise<void> {
    this.child?.kill('SIGKILL');
    await pause(200);
    this.child = undefined;
  }

  async untilGone(withinMs = STOP_WITHIN_MS): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.processes().length > 0) {
      if (performance.now() > until) throw new Error(`still there after ${withinMs} ms: ${this.processes().join(' ')}\n${this.output}`);
      await pause(100);
    }
    this.child = undefined;
  }

  async remove(): Promise<void> {
    await this.interrupt().catch(() => undefined);
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A genuine token of a demo user, from the command line as a person asks for it. */
  token(user: string): Promise<string> {
    return this.concord(['token', '--user', user]).then(({ stdout }) => stdout.trim());
  }

  concord(args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    return run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), ...args], this.env);
  }

  private postmaster(): number | undefined {
    const file = join(this.dataDir, 'postgres/postmaster.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
  }
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const { promise, resolve } = Promise.withResolvers<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>();
  const child = spawn(command, [...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  child.once('close', (code) => {
    resolve({ code, stdout, stderr });
  });
  return promise;
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('CONCORD_') && !name.startsWith('DATABASE_') && !name.startsWith('VITEST')),
  );
}

interface Running {
  readonly pid: number;
  readonly command: string;
  readonly environment: string;
}

/** Living processes that we may look at; a zombie is not living. */
function processes(): readonly Running[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8'), environment: readFileSync(`/proc/${name}/environ`, 'utf8') }];
      } catch {
        return []; // it ended while we looked, or is not ours to look at
      }
    });
}
