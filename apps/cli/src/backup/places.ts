import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadRootKey } from '@concord/adapters/crypto';
import { BackupSet } from '@concord/adapters/backup';
import type { Settings } from '../config.ts';
import { VerbFailed } from '../verb.ts';

/** Folders and files of an installation that a backup holds, beside the database; paths under the data folder. */
export const CLUSTER = 'postgres';

export interface Part {
  /** Its name in a backup; a path under it is what is backed up. */
  readonly name: string;
  readonly path: string;
}

/** Keys and what is sealed under them. The anchors are left out: they vouch for the database from outside, and stay outside. */
export function partsOf({ keyFile, dataDir, auditDir }: Settings): readonly Part[] {
  return [
    { name: 'keys/root.key', path: keyFile },
    { name: 'keys/root.key.next', path: `${keyFile}.next` },
    { name: 'keys/root.key.previous', path: `${keyFile}.previous` },
    { name: 'keys/patient-keys', path: join(dirname(keyFile), 'patient-keys') },
    { name: 'keys/log.key', path: join(auditDir, 'log.key') },
    { name: 'keys/receipt.key', path: join(auditDir, 'receipt.key') },
    { name: 'keys/tags.key', path: join(auditDir, 'tags.key') },
    { name: 'blobs', path: join(dataDir, 'blobs') },
    { name: 'erasures.jsonl', path: ledgerFile(auditDir) },
  ];
}

/** The ledger of erasures lies with the checkpoints, outside the database. */
export function ledgerFile(auditDir: string): string {
  return join(auditDir, 'erasures.jsonl');
}

/** Backups have a key of their own: who holds a backup and not this key holds nothing. */
export function backupKeyFile({ keyFile, backupKeyFile }: Settings): string {
  return backupKeyFile ?? join(dirname(keyFile), 'backup.key');
}

/** A folder that a backup is made into; the first one makes the key too. */
export async function openBackups(settings: Settings, folder: string): Promise<BackupSet> {
  return new BackupSet(folder, await loadRootKey(backupKeyFile(settings)));
}

/**
 * A folder of backups that are there already.
 * @throws VerbFailed where their key is not: a new one would open none of them, and would seal the next backups.
 */
export async function openMadeBackups(settings: Settings, folder: string): Promise<BackupSet> {
  const file = backupKeyFile(settings);
  if ((await stat(file).catch(() => undefined)) === undefined)
    throw new VerbFailed(`The key of the backups is not at ${file}: put it there, or say with CONCORD_BACKUP_KEY_FILE where it lies.`);
  return openBackups(settings, folder);
}

/** Paths of the files below a folder; the empty path for a file itself; nothing when it is not there. */
export async function filesUnder(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [''];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.draft')).map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

/** Where a key, a blob or the ledger of a backup belongs on this machine. */
export function placeOf(settings: Settings, path: string): string {
  const part = partsOf(settings).find(({ name }) => path === name || path.startsWith(`${name}/`));
  if (part === undefined) throw new VerbFailed(`The backup holds ${path}, which has no place here.`);
  return join(part.path, path.slice(part.name.length));
}
