import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeyEntry, KeyStore } from '@concord/core/ports';

const NAME = /^[0-9a-f]{8,64}$/;

interface Written {
  readonly newest: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly fixed: string;
}

/**
 * Wrapped keys as files, one a patient, in 256 folders. A file is on disk, synced, before `write` returns; a rename puts it in
 * its place, so that a crash leaves the old entry or the new one. `destroy` overwrites before it removes; on media that write
 * elsewhere (flash, copy on write) the wrapped bytes may outlive that, which is why they are wrapped.
 */
export function createFileKeyStore(folder: string): KeyStore {
  const place = (name: string): string => {
    if (!NAME.test(name)) throw new Error('a key is named by its digest');
    return join(folder, name.slice(0, 2), name);
  };
  return {
    read: (name) => Promise.resolve(readEntry(place(name))),
    write: (name, entry) => writeDurably(place(name), Buffer.from(JSON.stringify(toWritten(entry)))),
    destroy: (name) => destroy(place(name)),
    names: () => namesIn(folder),
  };
}

/** Read in one go: the file is smaller than a page, and three trips through the thread pool cost more than the read. */
function readEntry(file: string): KeyEntry | undefined {
  try {
    return fromWritten(JSON.parse(readFileSync(file, 'utf8')) as Written);
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
}

function toWritten({ newest, versions, fixed }: KeyEntry): Written {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { newest, versions: Object.fromEntries([...versions].map(([version, key]) => [String(version), base64(key)])), fixed: base64(fixed) };
}

function fromWritten({ newest, versions, fixed }: Written): KeyEntry {
  return {
    newest,
    versions: new Map(Object.entries(versions).map(([version, key]) => [Number(version), Buffer.from(key, 'base64')])),
    fixed: Buffer.from(fixed, 'base64'),
  };
}

/** Whole and on disk when it resolves, or as it was before. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(dirname(file));
}

async function destroy(file: string): Promise<void> {
  const handle = await open(file, 'r+').catch((problem: unknown) => {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return undefined;
    throw problem;
  });
  if (handle === undefined) return;
  try {
    const { size } = await handle.stat();
    await handle.write(randomBytes(size), 0, size, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rm(file, { force: true });
  await syncFolder(dirname(file));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && NAME.test(entry.name)).map(({ name }) => name);
}
