import { join } from 'node:path';
import type { BackedUp, Manifest } from '@concord/adapters/backup';
import { baseBackup, besideKeys, KeysBusy } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { requireRunning } from '../running.ts';
import { VerbFailed } from '../verb.ts';
import { CLUSTER, filesUnder, openBackups, partsOf } from './places.ts';

export interface BackupFigures {
  readonly stamp: string;
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * One consistent point in time of database, keys and blobs, while the system serves. The database comes first: a key and a
 * blob are on disk before the row that needs them is committed, so whatever is copied after the database holds all it asks for.
 * @param tell hears how far it is.
 */
export async function makeBackup(settings: Settings, folder: string, tell: (line: string) => void): Promise<BackupFigures> {
  const { databaseOwnerUrl } = await requireRunning(settings.dataDir);
  if (settings.databaseOwnerUrl !== undefined) {
    throw new VerbFailed(
      'The database is not ours to copy: back it up with its own tools, and keys and blobs with the same moment (docs/how-to/backup-and-restore.md).',
    );
  }
  return besideKeys(databaseOwnerUrl, () => copy(settings, folder, tell)).catch((error: unknown) => {
    throw error instanceof KeysBusy ? new VerbFailed(error.message) : error;
  });
}

async function copy(settings: Settings, folder: string, tell: (line: string) => void): Promise<BackupFigures> {
  const began = performance.now();
  const { databaseOwnerUrl } = await requireRunning(settings.dataDir);
  const backups = await openBackups(settings, folder);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-') + 'Z';
  const files: BackedUp[] = [];
  let bytes = 0;
  const add = async (source: string, path: string): Promise<void> => {
    const added = await backups.add(stamp, source, path);
    if (added === undefined) return;
    files.push(added);
    bytes += added.size;
    if (files.length % 500 === 0) tell(`${files.length} files, ${Math.round(bytes / 1e6)} MB`);
  };
  const cluster = join(settings.dataDir, CLUSTER);
  tell('database …');
  const base = await baseBackup(superuserUrl(databaseOwnerUrl), cluster, (path) => add(join(cluster, path), `${CLUSTER}/${path}`));
  tell('keys and blobs …');
  for (const { name, path } of partsOf(settings)) {
    for (const inner of await filesUnder(path)) await add(join(path, inner), inner === '' ? name : `${name}/${inner}`);
  }
  const manifest: Manifest = {
    format: 1,
    stamp,
    consistentAt: base.consistentAt.toISOString(),
    folders: base.folders.map((path) => `${CLUSTER}/${path}`),
    files,
    auditLeaves: base.auditLeaves,
  };
  await backups.finish(manifest);
  return { stamp, files: manifest.files.length, bytes, seconds: (performance.now() - began) / 1000 };
}

/** The embedded server lets whoever may enter its socket's folder in as its superuser. */
export function superuserUrl(ownerUrl: string): string {
  return ownerUrl.replace(/\/\/[^@]+@/, '//postgres@');
}
