import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { fillSite } from '@concord/adapters/postgres';
import { makeBackup, superuserUrl } from '../backup/make-backup.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import type { Settings } from '../config.ts';
import { requireRunning } from '../running.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type Io } from '../verb.ts';
import { printFigures, type Bench } from './bench.ts';

const READY_WITHIN_MS = 300_000;
const GIGABYTE = 1e9;
const BLOB_BYTES = 1_000_000;

/** How long a site is away after it lost its disk: a whole site is built, backed up, restored into an empty folder and started. */
export const restoreBench: Bench = {
  usage:
    'bench restore [--patients 1000] [--observations 2000000] [--blobs-mb 2000] [--folder DIR] [--port 3190]     needs four times the size of the site on disk',
  async run(args, io) {
    const { values } = readArgs(args, {
      patients: { type: 'string', default: '1000' },
      observations: { type: 'string', default: '2000000' },
      'blobs-mb': { type: 'string', default: '2000' },
      folder: { type: 'string', default: tmpdir() },
      port: { type: 'string', default: '3190' },
    });
    const size = {
      patients: whole(values.patients, '--patients'),
      observations: whole(values.observations, '--observations'),
      blobs: whole(values['blobs-mb'], '--blobs-mb'),
      blobBytes: BLOB_BYTES,
    };
    const port = whole(values.port, '--port');
    const folder = await mkdtemp(join(values.folder, 'concord-bench-restore-'));
    // The server of a start as root runs under another account and must be able to enter.
    await chmod(folder, 0o755);
    try {
      printFigures(await measure(io, { folder, port, size }), values.json, io);
      return EXIT.done;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Run {
  readonly folder: string;
  readonly port: number;
  readonly size: { readonly patients: number; readonly observations: number; readonly blobs: number; readonly blobBytes: number };
}

async function measure(io: Io, { folder, port, size }: Run): Promise<Readonly<Record<string, number>>> {
  const [lost, empty, backups] = [siteIn(io.settings, join(folder, 'site')), siteIn(io.settings, join(folder, 'empty')), join(folder, 'backups')];
  const tell = (line: string): void => {
    io.err(line);
  };
  const backup = await withSite(io.settings, { site: lost, port }, async () => {
    const { databaseOwnerUrl } = await requireRunning(lost.dataDir);
    const files = createFileBlobs(join(lost.dataDir, 'blobs'));
    await fillSite({ ...size, superuserUrl: superuserUrl(databaseOwnerUrl), keyring: await openKeyring(lost.keyFile), files, log: tell });
    return makeBackup(lost, backups, tell);
  });
  const bytes = await bytesUnder(lost.dataDir);
  const [began, before] = [performance.now(), process.cpuUsage()];
  const restored = await restoreBackup({ ...empty, backupKeyFile: join(lost.dataDir, 'backup.key') }, backups, { stamp: undefined, tell });
  const { user, system } = process.cpuUsage(before);
  const startSeconds = await withSite(io.settings, { site: empty, port }, (seconds) => Promise.resolve(seconds));
  const untilReady = (performance.now() - began) / 1000;
  return {
    ...size,
    gigabytes: bytes / GIGABYTE,
    files: backup.files,
    backupSeconds: backup.seconds,
    restoreSeconds: restored.seconds,
    restoreProcessorSeconds: (user + system) / 1e6,
    startSeconds,
    untilReadySeconds: untilReady,
    secondsPerGigabyte: restored.seconds / (bytes / GIGABYTE),
    secondsPerMillionRows: size.observations === 0 ? 0 : restored.seconds / (size.observations / 1e6),
  };
}

/** A folder of its own with everything of a site in it. */
function siteIn(settings: Settings, dataDir: string): Settings {
  return {
    ...settings,
    dataDir,
    keyFile: join(dataDir, 'root.key'),
    auditDir: join(dataDir, 'audit'),
    backupKeyFile: join(dataDir, 'backup.key'),
    databaseUrl: undefined,
    databaseWorkerUrl: undefined,
    databaseOwnerUrl: undefined,
    databaseAuditUrl: undefined,
  };
}

/** Starts the product on a site, works while it serves, and stops it. @param work hears after how many seconds it was ready. */
async function withSite<T>(
  { root }: Settings,
  { site, port }: { readonly site: Settings; readonly port: number },
  work: (seconds: number) => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const env = {
    ...withoutOurs(process.env),
    CONCORD_DATA_DIR: site.dataDir,
    CONCORD_PORT: String(port),
    CONCORD_DEMO_PATIENTS: '0',
  };
  const child = spawn(process.execPath, [join(root, 'infra/start/start.mjs')], { cwd: root, env, detached: true, stdio: 'ignore' });
  try {
    await untilReady(child, port);
    return await work((performance.now() - began) / 1000);
  } finally {
    await stopped(child);
  }
}

/** Whatever points at another site stays out of it. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(CONCORD|DATABASE|KEYCLOAK)_/.test(name)));
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new VerbFailed('The start ended by itself.');
    const answer = await fetch(`http://localhost:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok === true) return;
    await pause(100);
  }
  throw new VerbFailed('The site was not ready in time.');
}

/** Ctrl-C goes to the whole group. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGINT');
  await gone;
}

async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      sum += await stat(join(entry.parentPath, entry.name))
        .then(({ size }) => size)
        .catch(() => 0);
  return sum;
}

function whole(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} is a whole number.`);
  return Number(text);
}
