import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BackupSet, LogFile } from '@concord/adapters/backup';
import { followLog, type LogPosition } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { requireRunning } from '../running.ts';
import { makeBackup, superuserUrl } from './make-backup.ts';
import { CLUSTER, filesUnder, openBackups, partsOf, placeOf } from './places.ts';

export interface FollowOptions {
  /** Milliseconds between two looks: how much can be lost. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/**
 * A backup, and from then on the database's log with the keys and blobs that its rows need, so that any moment since can be
 * restored. Goes on until it is told to stop.
 */
export async function backupAndFollow(settings: Settings, folder: string, { everyMs, signal, tell }: FollowOptions): Promise<void> {
  const { databaseOwnerUrl } = await requireRunning(settings.dataDir);
  const known = await stamps(settings);
  // Before the backup: nothing between the two is recycled.
  const log = await followLog(superuserUrl(databaseOwnerUrl), join(settings.dataDir, CLUSTER));
  try {
    const { stamp } = await makeBackup(settings, folder, tell);
    const kept = new Keeper(await openBackups(settings, folder), stamp, known);
    for (let said = false; !signal.aborted; said = true) {
      const position = await log.next();
      if (position !== undefined) await kept.keep(settings, position);
      if (!said) tell(`${stamp} is whole, and the log after it is kept; every moment from now on can be restored`);
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await log.close();
  }
}

/** The log manifest of one backup, and what was stored for it so far. */
class Keeper {
  private readonly backups: BackupSet;
  private readonly stamp: string;
  /** Size and time of change of every key and blob as it was last seen. */
  private readonly known: Map<string, string>;
  private files: LogFile[] = [];
  private step = 0;

  constructor(backups: BackupSet, stamp: string, known: ReadonlyMap<string, string>) {
    this.backups = backups;
    this.stamp = stamp;
    this.known = new Map(known);
  }

  /** The log first, keys and blobs after it: these are on disk before the row that needs them is committed. */
  async keep(settings: Settings, { at, segments, release }: LogPosition): Promise<void> {
    this.step += 1;
    for (const { name, path } of segments) await this.store(path, `wal/${name}`);
    for (const [path, now] of await stamps(settings)) {
      if (this.known.get(path) === now) continue;
      await this.store(placeOf(settings, path), path);
      this.known.set(path, now);
    }
    const byPath = new Map(this.files.map((file) => [file.path, file]));
    const replaced = this.files.filter((file) => byPath.get(file.path) !== file);
    this.files = [...byPath.values()];
    await this.backups.finishLog(this.stamp, { format: 1, until: at.toISOString(), files: this.files });
    for (const { storedAs } of replaced) await this.backups.drop(this.stamp, storedAs);
    await release();
  }

  private async store(source: string, path: string): Promise<void> {
    const storedAs = path.startsWith('blobs/') ? path : `log-${this.step}/${path}`;
    const added = await this.backups.add(this.stamp, source, storedAs);
    // What went away meanwhile was erased.
    if (added !== undefined) this.files.push({ ...added, path, storedAs });
  }
}

/** Every key and blob by its path in a backup, with size and time of change. */
async function stamps(settings: Settings): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name, path } of partsOf(settings)) {
    for (const inner of await filesUnder(path)) {
      const file = await stat(join(path, inner)).catch(() => undefined);
      if (file !== undefined) found.set(inner === '' ? name : `${name}/${inner}`, `${file.size}:${file.mtimeMs}`);
    }
  }
  return found;
}
