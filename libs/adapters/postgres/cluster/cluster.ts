import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { give, serverAccount, type Account } from './account.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { answers, prepareServer } from './prepare.ts';
import { clearStaleServer } from './stale.ts';

export interface ClusterSettings {
  /** The cluster's own folder; it is made, and must be on a path that the server's account may enter. */
  readonly dataDir: string;
  /** One line for a person who waits. */
  readonly log: (line: string) => void;
  /** Folder of other server programs, for example Debian's `/usr/lib/postgresql/15/bin`. */
  readonly bin?: string;
  /** Server settings that differ from ours; tests switch `fsync` off. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long it may take until it answers; a recovery takes longer than a start. */
  readonly startWithinMs?: number;
}

export interface Cluster {
  /** A connection string on the cluster's private socket, for one of the database roles (`concord_owner`, `app_rw`, …). */
  url(role: string, database: string): string;
  /** The server's process, for a test that kills it. */
  readonly serverPid: number | undefined;
  /** Resolves when the server has gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Stops the server in order; returns also when it is already gone. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
/** `sun_path` holds 107 characters here, 103 on macOS; the socket's own name takes 14. */
const SOCKET_FOLDER_MAX = 103 - 14;
/** Error texts would carry values (a duplicate key names the identifier), so the log is terse and quotes no statement. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '80',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  // A recycled file keeps its old bytes under a future name; an erasure waits until they are gone.
  wal_recycle: 'off',
  jit: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_min_messages: 'warning',
  timezone: 'UTC',
};
/**
 * Postgres runs under a shell that holds our pipe: when we end, in whatever way, the pipe closes and the server is asked to
 * stop. `read` stands in the background, for in the foreground it would hang when the server dies first.
 */
const WATCHER = 'exec 3<&0; "$@" </dev/null 3<&- & P=$!; (read -r _ <&3; kill -INT $P) & R=$!; wait $P; C=$?; kill $R; exit $C';

/**
 * Starts a private Postgres: makes the cluster when there is none, clears what a killed start left, waits until it answers.
 * The caller holds a lock on `dataDir`.
 * @throws with the last lines of the server's log when it does not start.
 */
export async function startCluster(settings: ClusterSettings): Promise<Cluster> {
  const { dataDir, log } = settings;
  const account = serverAccount();
  mkdirSync(path.dirname(dataDir), { recursive: true });
  const binaries = settings.bin === undefined ? findBinaries(dataDir, account) : { bin: settings.bin };
  if (binaries.copiedTo !== undefined) log(`Postgres runs as ${account?.name ?? 'you'}, from a copy in ${binaries.copiedTo}`);
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) await makeCluster(settings, binaries, account);
  await clearStaleServer(dataDir);
  const socketDir = socketFolder(dataDir, account);
  const running = new RunningCluster(dataDir, socketDir, launch(settings, binaries, account, socketDir));
  await running.untilReady(settings.startWithinMs ?? START_MS);
  await prepareServer(running.url('postgres', 'postgres'));
  return running;
}

/** Built beside its place and moved there, so that an interrupted first start leaves nothing that looks like a cluster. */
async function makeCluster({ dataDir, log }: ClusterSettings, { bin }: Binaries, account: Account | undefined): Promise<void> {
  log('creating the database');
  const fresh = `${dataDir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  give(fresh, account);
  const args = ['-D', fresh, '-U', 'postgres', '-A', 'trust', '--locale=C', '--encoding=UTF8'];
  const child = spawn(path.join(bin, 'initdb'), args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment(), cwd: '/', ...identity(account) });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`initdb failed (${String(code)}): ${said.trim().slice(-600)}`);
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(fresh, dataDir);
}

/** The cluster's 0700 folder guards its own socket; where that path is too long, a 0700 folder with a short one does. */
function socketFolder(dataDir: string, account: Account | undefined): string {
  if (Buffer.byteLength(dataDir) <= SOCKET_FOLDER_MAX) return dataDir;
  const short = mkdtempSync(path.join(Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp', 'concord-'));
  give(short, account);
  return short;
}

function launch(settings: ClusterSettings, { bin }: Binaries, account: Account | undefined, socketDir: string): ChildProcess {
  const options = Object.entries({ ...SETTINGS, ...settings.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-c', WATCHER, 'concord-postgres', path.join(bin, 'postgres'), '-D', settings.dataDir, '-k', socketDir, ...options];
  const logFile = openSync(logPath(settings.dataDir), 'a', 0o600);
  const child = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', logFile, logFile], env: environment(), cwd: '/', ...identity(account) });
  closeSync(logFile);
  return child;
}

function logPath(dataDir: string): string {
  return `${dataDir}.log`;
}

function environment(): Record<string, string> {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

class RunningCluster implements Cluster {
  readonly ended: Promise<void>;
  private readonly dataDir: string;
  private readonly socketDir: string;
  private readonly watcher: ChildProcess;
  private gone = false;

  constructor(dataDir: string, socketDir: string, watcher: ChildProcess) {
    this.dataDir = dataDir;
    this.socketDir = socketDir;
    this.watcher = watcher;
    // A closed pipe is how the server learns that it shall stop; when it went first, writing to it is no error of ours.
    watcher.stdin?.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      const over = () => {
        this.gone = true;
        resolve();
      };
      watcher.once('exit', over).once('error', over);
    });
  }

  url(role: string, database: string): string {
    return `postgresql://${encodeURIComponent(role)}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(this.socketDir)}`;
  }

  get serverPid(): number | undefined {
    const file = path.join(this.dataDir, 'postmaster.pid');
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : Number.NaN;
    return Number.isInteger(pid) ? pid : undefined;
  }

  async untilReady(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await answers(this.url('postgres', 'postgres')))) {
      if (this.gone || performance.now() > deadline) {
        await this.stop();
        throw new Error(`Postgres did not start: ${readFileSync(logPath(this.dataDir), 'utf8').trim().slice(-1_200)}`);
      }
      await pause(30);
    }
  }

  async stop(): Promise<void> {
    this.watcher.stdin?.end();
    await this.ended;
    if (this.socketDir !== this.dataDir) rmSync(this.socketDir, { recursive: true, force: true });
  }
}
