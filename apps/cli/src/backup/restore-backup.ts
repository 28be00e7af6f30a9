import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest } from '@concord/adapters/backup';
import { adoptCluster, startCluster } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { VerbFailed } from '../verb.ts';
import { CLUSTER, openBackups, partsOf } from './places.ts';
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
  /** The newest without it. */
  readonly stamp: string | undefined;
  readonly tell: (line: string) => void;
}

/**
 * Brings a backup back into a folder where no database is. Before anything can serve, the erasures of the ledger are applied
 * again, and the age of what came back is compared with the checkpoints outside.
 */
export async function restoreBackup(settings: Settings, folder: string, { stamp: wanted, tell }: RestoreOptions): Promise<RestoreFigures> {
  const began = performance.now();
  const backups = await openBackups(settings, folder);
  const stamp = wanted ?? (await backups.stamps()).at(-1);
  if (stamp === undefined) throw new VerbFailed(`There is no finished backup in ${folder}.`);
  const cluster = join(settings.dataDir, CLUSTER);
  if ((await readdir(cluster).catch(() => [])).length > 0)
    throw new VerbFailed(`There is a database in ${settings.dataDir} already: a restore never writes over one.`);
  const manifest = await backups.manifest(stamp);
  tell(`${stamp}: ${manifest.files.length} files …`);
  let done = 0;
  for (const file of manifest.files) {
    const target = targetOf(settings, file.path);
    // The ledger outside may know of erasures that the backup does not.
    if (file.path === 'erasures.jsonl' && (await isThere(target))) continue;
    await backups.restore(stamp, file, target);
    if ((done += 1) % 500 === 0) tell(`${done} of ${manifest.files.length} files`);
  }
  adoptCluster(
    cluster,
    manifest.folders.filter((path) => path.startsWith(`${CLUSTER}/`)).map((path) => path.slice(CLUSTER.length + 1)),
  );
  tell('starting the database to apply erasures again …');
  const after = await settle(settings, manifest, tell);
  return { stamp, consistentAt: manifest.consistentAt, files: manifest.files.length, seconds: (performance.now() - began) / 1000, ...after };
}

async function settle(settings: Settings, manifest: Manifest, tell: (line: string) => void): Promise<Pick<RestoreFigures, 'erasedAgain' | 'eventsMissing'>> {
  const server = await startCluster({ dataDir: join(settings.dataDir, CLUSTER), log: tell });
  try {
    const erasedAgain = await settleRestored(settings, (role) => server.url(role, 'concord'));
    const anchored = await newestAnchor(settings.auditDir);
    return { erasedAgain, eventsMissing: Math.max(0, (anchored ?? 0) - manifest.auditLeaves) };
  } finally {
    await server.stop();
  }
}

/** Where a file of a backup belongs on this machine. */
function targetOf(settings: Settings, path: string): string {
  if (path.startsWith(`${CLUSTER}/`)) return join(settings.dataDir, path);
  const part = partsOf(settings).find(({ name }) => path === name || path.startsWith(`${name}/`));
  if (part === undefined) throw new VerbFailed(`The backup holds ${path}, which has no place here.`);
  return join(part.path, path.slice(part.name.length));
}

async function isThere(file: string): Promise<boolean> {
  return readdir(dirname(file)).then(
    (names) => names.some((name) => file.endsWith(`/${name}`)),
    () => false,
  );
}
