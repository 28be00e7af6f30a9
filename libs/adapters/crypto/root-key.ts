import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { derive, KEY } from './envelope.ts';

const ID = 8;

/** Says what is wrong with the key file and where; never a part of the key. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
}

/** One root key: `id` (8 bytes) stands in what it wrapped, so that two can be valid while one replaces the other. */
export interface RootKey {
  readonly id: Buffer;
  readonly key: Buffer;
  readonly wrap: Buffer;
}

/** A rotation's files beside the key file: the key that takes over, and the one that was taken over from. */
export const nextFile = (file: string): string => `${file}.next`;
export const previousFile = (file: string): string => `${file}.previous`;

/**
 * The root keys of an installation: 32 random bytes in a file that only its owner may read. It is made on the first start;
 * whoever loses it loses every name, identifier and blob, so it is backed up apart from the data.
 */
export interface RootKeys {
  /** The key that wraps: the next one while a rotation runs. Its file is looked at each time, so that no process lags behind. */
  newest(): RootKey;
  /** Undefined when no file holds it. */
  byId(id: Uint8Array): RootKey | undefined;
  all(): readonly RootKey[];
}

/** @throws RootKeyError when the file has another length or others may read it. */
export async function openRootKeys(file: string): Promise<RootKeys> {
  await createRootKey(file);
  const looks = [nextFile(file), file, previousFile(file)].map((place) => lookingAt(place));
  const read = (): readonly RootKey[] => looks.flatMap((look) => look() ?? []);
  read();
  return {
    newest() {
      const [first] = read();
      if (first === undefined) throw new RootKeyError(`${file} is gone`);
      return first;
    },
    byId(id) {
      for (const look of looks) {
        const root = look();
        if (root?.id.equals(id) === true) return root;
      }
      return undefined;
    },
    all: read,
  };
}

/** Looks at the file each time, and reads and derives again only when it is another one or was written to. */
function lookingAt(file: string): () => RootKey | undefined {
  let known: { readonly state: string; readonly root: RootKey } | undefined;
  return () => {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true });
    if (found === undefined) return (known = undefined);
    const state = [found.dev, found.ino, found.mode, found.mtimeNs, found.ctimeNs].join();
    if (known?.state === state) return known.root;
    const root = readRootKey(file);
    known = root && { state, root };
    return root;
  };
}

function readRootKey(file: string): RootKey | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0) throw new RootKeyError(`${file} may be read by others: chmod 600 it`);
  const key = readFileSync(file);
  if (key.length !== KEY) throw new RootKeyError(`${file} holds ${key.length} bytes, not ${KEY}`);
  return { id: createHash('sha256').update(derive(key, 'concord/root-id/1')).digest().subarray(0, ID), key, wrap: derive(key, 'concord/wrap/1') };
}

/**
 * One secret of 32 bytes in a file of its own; made when there is none.
 * @throws RootKeyError when the file has another length or others may read it.
 */
export async function loadRootKey(file: string): Promise<Buffer> {
  await createRootKey(file);
  const root = readRootKey(file);
  if (root === undefined) throw new RootKeyError(`${file} is gone`);
  return root.key;
}

/** Makes a key file unless there is one. On disk when it resolves. */
export async function createRootKey(file: string): Promise<void> {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  await handle.write(randomBytes(KEY));
  await handle.sync();
  await handle.close();
  await chmod(draft, 0o600);
  // A link, not a rename: of two starts at once the first wins, and the second reads the first one's key.
  await link(draft, file).catch((problem: unknown) => {
    if (!(problem instanceof Error && 'code' in problem && problem.code === 'EEXIST')) throw problem;
  });
  await rm(draft);
}

export const ROOT_ID_BYTES = ID;
