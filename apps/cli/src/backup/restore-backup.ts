import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupSet, Manifest } from '@concord/adapters/backup';
import { adoptCluster, leavesIn, startAt, startCluster } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { VerbFailed } from '../verb.ts';
import { CLUSTER, ledgerFile, openMadeBackups, placeOf } from './places.ts';
import { newestAnchor, settleRestored } from './after-restore.ts';

export interface RestoreFigures {
  readonly stamp: string;
  readonly consistentAt: string;
  readonly files: number;
  readonly seconds: number;
  /** Patients who were erased after the backup, and are again. */
  readonly erasedAgain: number;
  /** Events of the record that a checkpoint outside knows and this backup does not. */
  readonly eventsMissing: number;
}

export interface RestoreOptions {
  /** The newest without it; with a moment, the newest from before that. */
  readonly stamp: string | undefined;
  /** Which moment after the backup is wanted; the backup's own without it. */
  readonly to?: Date | undefined;
  readonly tell: (line: string) => void;
}

/** Where the log waits for the server that plays it back. */
const LOG_FOLDER = 'log-to-replay';

interface Restoring {
  readonly settings: Settings;
  readonly backups: BackupSet;
  readonly manifest: Manifest;
  readonly to: Date | undefined;
  /** The ledger outside is newer than any that a backup holds. */
  readonly keepLedger: boolean;
  readonly tell: (line: string) => void;
}

/**
 * Brings a backup back into a folder where no database is, and with its log any moment after it. Before anything can serve, the
 * erasures of the ledger are applied again, and the age of what came back is compared with the checkpoints outside.
 */
export async function restoreBackup(settings: Settings, folder: string, { stamp: wanted, to, tell }: RestoreOptions): Promise<RestoreFigures> {
  const began = performance.now();
  const backups = await openMadeBackups(settings, folder);
  const manifest = await chosen(backups, wanted, to, folder);
  const cluster = join(settings.dataDir, CLUSTER);
  if ((await readdir(cluster).catch(() => [])).length > 0)
    throw new VerbFailed(`There is a database in ${settings.dataDir} already: a restore never writes over one.`);
  // As a start makes it: the server of a start as root runs under another account and must be able to enter.
  await mkdir(settings.dataDir, { recursive: true });
  const restoring = { settings, backups, manifest, to, keepLedger: existsSync(ledgerFile(settings.auditDir)), tell };
  await bringFiles(restoring);
  const replayed = to === undefined ? 0 : await bringLog(restoring, to);
  adoptCluster(
    cluster,
    manifest.folders.filter((path) => path.startsWith(`${CLUSTER}/`)).map((path) => path.slice(CLUSTER.length + 1)),
  );
  tell('starting the database to apply erasures again …');
  const after = await settle(restoring);
  const { stamp, files, consistentAt } = manifest;
  return {
    stamp,
    consistentAt: to?.toISOString() ?? consistentAt,
    files: files.length + replayed,
    seconds: (performance.now() - began) / 1000,
    ...after,
  };
}

async function chosen(backups: BackupSet, wanted: string | undefined, to: Date | undefined, folder: string): Promise<Manifest> {
  const stamps = wanted === undefined ? [...(await backups.stamps())].reverse() : [wanted];
  for (const stamp of stamps) {
    const manifest = await backups.manifest(stamp);
    if (to === undefined || Date.parse(manifest.consistentAt) <= to.getTime()) return manifest;
  }
  throw new VerbFailed(to === undefined ? `There is no finished backup in ${folder}.` : `No backup in ${folder} is from before ${to.toISOString()}.`);
}

async function bringFiles({ settings, backups, manifest, keepLedger, tell }: Restoring): Promise<void> {
  tell(`${manifest.stamp}: ${manifest.files.length} files …`);
  let done = 0;
  for (const file of manifest.files) {
    if (file.path === 'erasures.jsonl' && keepLedger) continue;
    const isCluster = file.path.startsWith(`${CLUSTER}/`);
    await backups.restore(manifest.stamp, file, isCluster ? join(settings.dataDir, file.path) : placeOf(settings, file.path));
    if ((done += 1) % 500 === 0) tell(`${done} of ${manifest.files.length} files`);
  }
}

/** @returns how many files the log brought. @throws VerbFailed when it does not reach that far. */
async function bringLog({ settings, backups, manifest: { stamp }, keepLedger, tell }: Restoring, to: Date): Promise<number> {
  const log = await backups.log(stamp);
  if (log === undefined) throw new VerbFailed(`No log was kept after ${stamp}: only the backup itself can be restored.`);
  if (Date.parse(log.until) < to.getTime()) throw new VerbFailed(`The log after ${stamp} reaches until ${log.until}.`);
  tell(`log until ${log.until}: ${log.files.length} files …`);
  await mkdir(join(settings.dataDir, LOG_FOLDER), { recursive: true, mode: 0o700 });
  for (const file of log.files) {
    if (file.path === 'erasures.jsonl' && keepLedger) continue;
    const target = file.path.startsWith('wal/') ? join(settings.dataDir, LOG_FOLDER, file.path.slice('wal/'.length)) : placeOf(settings, file.path);
    await backups.restore(stamp, { ...file, path: file.storedAs }, target);
  }
  return log.files.length;
}

async function settle({ settings, to, tell }: Restoring): Promise<Pick<RestoreFigures, 'erasedAgain' | 'eventsMissing'>> {
  const dataDir = join(settings.dataDir, CLUSTER);
  const logFolder = join(settings.dataDir, LOG_FOLDER);
  const server = await (to === undefined ? startCluster({ dataDir, log: tell }) : startAt(to, logFolder, { dataDir, log: tell, startWithinMs: RECOVERY_MS }));
  try {
    await rm(logFolder, { recursive: true, force: true });
    const leaves = await leavesIn(server.url('postgres', 'concord'));
    const erasedAgain = await settleRestored(settings, (role) => server.url(role, 'concord'));
    const anchored = await newestAnchor(settings.auditDir);
    return { erasedAgain, eventsMissing: Math.max(0, (anchored ?? 0) - leaves) };
  } finally {
    await server.stop();
  }
}

/** Playing a day of log back takes minutes. */
const RECOVERY_MS = 3_600_000;
