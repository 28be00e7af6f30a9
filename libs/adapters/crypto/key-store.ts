import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
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
 * elsewhere (flash, copy on write) the wrapped bytes may outlive that, which is why they are wrapped. A mark without content stays
 * beside what was destroyed: whoever had read the entry before and writes it after looks for the mark, and takes it away again.
 */
export function createFileKeyStore(folder: string): KeyStore {
  const place = (name: string): string => {
    if (!NAME.test(name)) throw new Error('a key is named by its digest');
    return join(folder, name.slice(0, 2), name);
  };
  return {
    read: (name) => Promise.resolve(readEntry(place(name))),
    write: (name, entry) => writeDurably(place(name), Buffer.from(JSON.stringify(toWritten(entry)))),
    async rewrite(name, entry) {
      const file = place(name);
      if (existsSync(markOf(file))) return false;
      await writeDurably(file, Buffer.from(JSON.stringify(toWritten(entry))));
      // The mark comes before the file goes: whoever does not see it here wrote before the file was taken.
      if (!existsSync(markOf(file))) return true;
      await removeAll(file);
      return false;
    },
    async destroy(name) {
      await writeDurably(markOf(place(name)), Buffer.alloc(0));
      await removeAll(place(name));
    },
    async names() {
      const { names, marked } = await namesIn(folder);
      // A rewrite that was killed before it saw the mark.
      for (const name of marked) await removeAll(place(name));
      return names.filter((name) => !marked.has(name));
    },
  };
}

const MARK = '.gone';
const markOf = (file: string): string => `${file}${MARK}`;

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

/** Until nothing is there: each content is taken aside whole, overwritten and removed. */
async function removeAll(file: string): Promise<void> {
  for (let taken = await takeAside(file); taken !== undefined; taken = await takeAside(file)) {
    const handle = await open(taken, 'r+');
    try {
      const { size } = await handle.stat();
      await handle.write(randomBytes(size), 0, size, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rm(taken, { force: true });
    await syncFolder(dirname(file));
  }
}

async function takeAside(file: string): Promise<string | undefined> {
  const aside = `${file}.${randomBytes(6).toString('hex')}.draft`;
  try {
    await rename(file, aside);
    return aside;
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function namesIn(folder: string): Promise<{ readonly names: readonly string[]; readonly marked: ReadonlySet<string> }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const marks = files.filter((name) => name.endsWith(MARK)).map((name) => name.slice(0, -MARK.length));
  return { names: files.filter((name) => NAME.test(name)), marked: new Set(marks) };
}
