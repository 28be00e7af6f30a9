import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BackedUp, BackupSet, LogFile, Manifest } from '@concord/adapters/backup';
import { followLog, type LogPosition } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { requireRunning } from '../running.ts';
import { makeBackup, superuserUrl } from './make-backup.ts';
import { Changes } from './changes.ts';
import { withOlderVersions } from './older-versions.ts';
import { CLUSTER, openBackups, partsOf, placeOf } from './places.ts';

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
  const changes = new Changes(partsOf(settings));
  // Before the backup: what changes while it is made is copied again.
  await changes.look();
  // Nor is anything of the log recycled between the two.
  const log = await followLog(superuserUrl(databaseOwnerUrl), join(settings.dataDir, CLUSTER));
  try {
    const { stamp } = await makeBackup(settings, folder, tell);
    const backups = await openBackups(settings, folder);
    const kept = new Keeper({ backups, manifest: await backups.manifest(stamp), changes });
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

interface Keeping {
  readonly backups: BackupSet;
  readonly manifest: Manifest;
  readonly changes: Changes;
}

/** The log manifest of one backup, and what was stored for it so far. */
class Keeper {
  private readonly parts: Keeping;
  private files: LogFile[] = [];
  private step = 0;

  constructor(parts: Keeping) {
    this.parts = parts;
  }

  /** The log first, keys and blobs after it: these are on disk before the row that needs them is committed. */
  async keep(settings: Settings, { at, segments, release }: LogPosition): Promise<void> {
    const { backups, manifest, changes } = this.parts;
    this.step += 1;
    for (const { name, path } of segments) await this.store(path, `wal/${name}`);
    for (const path of await changes.look())
      await (isKeysOfPatient(path) ? this.storeKeys(placeOf(settings, path), path) : this.store(placeOf(settings, path), path));
    const byPath = new Map(this.files.map((file) => [file.path, file]));
    const replaced = this.files.filter((file) => byPath.get(file.path) !== file);
    this.files = [...byPath.values()];
    await backups.finishLog(manifest.stamp, { format: 1, until: at.toISOString(), files: this.files });
    for (const { storedAs } of replaced) await backups.drop(manifest.stamp, storedAs);
    await release();
  }

  private async store(source: string, path: string): Promise<void> {
    const storedAs = this.storedAs(path);
    const added = await this.parts.backups.add(this.parts.manifest.stamp, source, storedAs);
    // What went away meanwhile was erased.
    if (added !== undefined) this.files.push({ ...added, path, storedAs });
  }

  /** A moment before a patient's key was renewed needs the version of then, which is no longer in the key store. */
  private async storeKeys(source: string, path: string): Promise<void> {
    const { backups, manifest } = this.parts;
    const now = await readFile(source).catch(() => undefined);
    if (now === undefined) return;
    const storedAs = this.storedAs(path);
    const before = this.files.findLast((file) => file.path === path) ?? manifest.files.find((file) => file.path === path);
    const bytes = before === undefined ? now : withOlderVersions(await backups.read(manifest.stamp, { ...before, path: storedAsOf(before) }), now);
    this.files.push({ ...(await backups.addBytes(manifest.stamp, bytes, storedAs)), path, storedAs });
  }

  private storedAs(path: string): string {
    return path.startsWith('blobs/') ? path : `log-${this.step}/${path}`;
  }
}

function storedAsOf(file: BackedUp | LogFile): string {
  return 'storedAs' in file ? file.storedAs : file.path;
}

/** The site's own secret lies in the same folder, and has no versions. */
function isKeysOfPatient(path: string): boolean {
  return /^keys\/patient-keys\/[0-9a-f]{2}\/[0-9a-f]+$/.test(path);
}
