import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isWrappedBy, rewrapSite, type SiteKeyring } from './keyring.ts';
import { createRootKey, nextFile, previousFile } from './root-key.ts';

export interface Rotation {
  /** Patients whose keys were wrapped again, and rows of the database. */
  readonly keys: number;
  readonly rows: number;
}

/** Wraps again what stands in the database; `rewrap` says undefined for what needs no change. */
export type RewrapRows = (rewrap: (wrapped: Buffer, place: string) => Buffer | undefined) => Promise<number>;

/**
 * Replaces the root key while the system serves: a next key is made and wraps everything new; what the old one wrapped is
 * wrapped again; then the files change places. Both are valid until `retireRoot`. Whatever is interrupted is taken up by the
 * next call: each step looks at what is there.
 * @throws when an earlier rotation was not retired yet.
 */
export async function rotateRoot(keyFile: string, keyring: SiteKeyring, rewrapRows: RewrapRows): Promise<Rotation> {
  if (existsSync(previousFile(keyFile)) && !existsSync(nextFile(keyFile))) throw new Error('the key of the last rotation is still valid: retire it first');
  await createRootKey(nextFile(keyFile));
  const first = await rewrapAll(keyFile, keyring, rewrapRows);
  if (!existsSync(previousFile(keyFile))) await link(keyFile, previousFile(keyFile));
  // From here `root.key` is the next one; a crash between the two lines leaves both valid, and the next call ends it.
  await rename(nextFile(keyFile), keyFile);
  await syncFolder(dirname(keyFile));
  // A process that read the key just before may have wrapped something since.
  const second = await rewrapAll(keyFile, keyring, rewrapRows);
  return { keys: first.keys + second.keys, rows: first.rows + second.rows };
}

/** Ends the validity of the root key that was replaced, once nothing hangs on it any more. @returns false when there is none. */
export async function retireRoot(keyFile: string, keyring: SiteKeyring, rewrapRows: RewrapRows): Promise<boolean> {
  if (!existsSync(previousFile(keyFile))) return false;
  if (existsSync(nextFile(keyFile))) throw new Error('a rotation is under way: end it first');
  await rewrapAll(keyFile, keyring, rewrapRows);
  await rm(previousFile(keyFile));
  await syncFolder(dirname(keyFile));
  return true;
}

async function rewrapAll(keyFile: string, keyring: SiteKeyring, rewrapRows: RewrapRows): Promise<Rotation> {
  const root = keyring.roots.newest();
  let keys = 0;
  for (const name of await keyring.store.names()) {
    const entry = await keyring.store.read(name);
    // Erased meanwhile.
    if (entry === undefined) continue;
    if ([entry.fixed, ...entry.versions.values()].every((wrapped) => isWrappedBy(wrapped, root))) continue;
    if (await keyring.store.rewrite(name, keyring.wrapEntry(name, keyring.openEntry(name, entry)))) keys += 1;
  }
  await rewrapSite(keyFile, keyring);
  const rows = await rewrapRows((wrapped, place) => (isWrappedBy(wrapped, root) ? undefined : keyring.wrap(keyring.unwrap(wrapped, place), place)));
  return { keys, rows };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
