import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { SuiteFiles } from '@concord/pipeline/evaluate';
import { zipMembers } from './zip-members.ts';

/** Largest file that a suite may ask for as one text; V8 cannot hold a longer string than half a gigabyte. */
const LONGEST_TEXT_BYTES = 500_000_000;

/** The files of a labelled folder; what ends in `.gz` is unpacked as it is read. */
export function folderFiles(folder: string): SuiteFiles {
  return {
    names: async () => (await readdir(folder)).sort(),
    text: async (name) => {
      const path = await fileAt(folder, name);
      if (path === undefined) return undefined;
      const bytes = await readFile(path);
      return name.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: LONGEST_TEXT_BYTES }).toString('utf8') : bytes.toString('utf8');
    },
    bytes: async (name) => {
      const path = await fileAt(folder, name);
      return path === undefined ? undefined : readFile(path);
    },
    members: async (name) => {
      const path = await fileAt(folder, name);
      return path === undefined ? undefined : zipMembers(await readFile(path));
    },
    lines: async (name) => {
      const path = await fileAt(folder, name);
      if (path === undefined) return undefined;
      const bytes = createReadStream(path);
      return createInterface({ input: name.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes, crlfDelay: Infinity });
    },
  };
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function fileAt(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  return (await stat(path).catch(() => undefined))?.isFile() ? path : undefined;
}
