import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A bundle that is being written: beside its place, and moved there whole when it is finished. */
export interface BundleFiles {
  append(name: string, bytes: Uint8Array): Promise<void>;
  sealed(): Promise<Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

interface Writing {
  readonly handle: FileHandle;
  readonly hash: Hash;
  length: number;
}

export async function openBundleFiles(folder: string): Promise<BundleFiles> {
  const draft = `${folder}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const files = new Map<string, Writing>();
  const close = async (): Promise<void> => {
    for (const { handle } of files.values()) await handle.close();
    files.clear();
  };
  return {
    append: async (name, bytes) => {
      const file = files.get(name) ?? (await begin(join(draft, name)));
      files.set(name, file);
      await file.handle.write(bytes);
      file.hash.update(bytes);
      file.length += bytes.length;
    },
    sealed: () =>
      Promise.resolve(Object.fromEntries([...files].map(([name, { hash, length }]) => [name, { bytes: length, sha256: hash.copy().digest('hex') }]))),
    finish: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
    },
    discard: async () => {
      await close();
      await rm(draft, { recursive: true, force: true });
    },
  };
}

async function begin(path: string): Promise<Writing> {
  await mkdir(dirname(path), { recursive: true });
  return { handle: await open(path, 'w', 0o600), hash: createHash('sha256'), length: 0 };
}
