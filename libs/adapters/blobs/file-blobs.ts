import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Plain bytes of one segment: small enough that a range of a large image does not open all of it. */
export const SEGMENT = 64 * 1024;
const NONCE = 12;
const TAG = 16;
const SEALED_SEGMENT = SEGMENT + NONCE + TAG;
const NAME = /^[0-9a-f]{8,128}(\.[0-9a-f-]{1,64})?$/;

/** A blob that is missing, cut short or altered. The message carries its name only. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
}

/**
 * Sealed blobs as files. Each blob is cut into segments of 64 KiB, each sealed by AES-256-GCM under the blob's own key;
 * the segment's number and whether it is the last are bound to it, so that segments cannot be swapped or dropped.
 * A blob is on disk, synced, before `put` returns; the same name written twice is one file.
 */
export interface FileBlobs {
  put(name: string, bytes: Uint8Array, key: Uint8Array): Promise<void>;
  /** @throws BlobError when it is missing, cut short or altered. */
  get(name: string, key: Uint8Array): Promise<Buffer>;
  /** Bytes from `start` to before `end`; opens only the segments that it needs. */
  range(name: string, key: Uint8Array, bounds: { readonly start: number; readonly end: number }): Promise<Buffer>;
  remove(name: string): Promise<void>;
}

export function createFileBlobs(folder: string): FileBlobs {
  const place = (name: string) => {
    if (!NAME.test(name)) throw new BlobError('a blob is named by its hash');
    return join(folder, name.slice(0, 2), name.slice(2, 4), name);
  };
  return {
    put: (name, bytes, key) => write(place(name), seal(name, bytes, key)),
    get: (name, key) => read(name, place(name), key, { start: 0, end: Infinity }),
    range: (name, key, bounds) => read(name, place(name), key, bounds),
    remove: (name) => rm(place(name), { force: true }),
  };
}

function additional(name: string, index: number, last: boolean): Buffer {
  return Buffer.from(`${name}:${index}:${last ? 'last' : 'more'}`);
}

function* seal(name: string, bytes: Uint8Array, key: Uint8Array): Generator<Buffer> {
  const segments = Math.max(1, Math.ceil(bytes.length / SEGMENT));
  for (let index = 0; index < segments; index += 1) {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
    cipher.setAAD(additional(name, index, index === segments - 1));
    const plain = bytes.subarray(index * SEGMENT, (index + 1) * SEGMENT);
    yield Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

async function write(file: string, segments: Iterable<Buffer>): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    for (const segment of segments) await handle.write(segment);
    await handle.sync();
  } finally {
    await handle.close();
  }
  // Whoever links first has the blob; the other's is the same content and goes.
  await link(draft, file).catch((problem: unknown) => {
    if (!(problem instanceof Error && 'code' in problem && problem.code === 'EEXIST')) throw problem;
  });
  await rm(draft);
  await syncFolder(dirname(file));
}

/** A file's name is data of its folder: without this a power cut can keep the bytes and lose the name. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function read(name: string, file: string, key: Uint8Array, bounds: { readonly start: number; readonly end: number }): Promise<Buffer> {
  const handle = await open(file, 'r').catch(() => {
    throw new BlobError(`blob ${name} is not here`);
  });
  try {
    const { size } = await handle.stat();
    const segments = Math.max(1, Math.ceil(size / SEALED_SEGMENT));
    const first = Math.min(Math.floor(bounds.start / SEGMENT), segments - 1);
    const last = Math.min(Math.ceil(Math.min(bounds.end, segments * SEGMENT) / SEGMENT), segments);
    const opened: Buffer[] = [];
    for (let index = first; index < last; index += 1) opened.push(await openSegment(handle, { name, key, index, last: index === segments - 1 }));
    const offset = first * SEGMENT;
    return Buffer.concat(opened).subarray(bounds.start - offset, Math.max(0, bounds.end - offset));
  } finally {
    await handle.close();
  }
}

async function openSegment(
  handle: FileHandle,
  segment: { readonly name: string; readonly key: Uint8Array; readonly index: number; readonly last: boolean },
): Promise<Buffer> {
  const sealed = Buffer.alloc(SEALED_SEGMENT);
  const { bytesRead } = await handle.read(sealed, 0, SEALED_SEGMENT, segment.index * SEALED_SEGMENT);
  if (bytesRead < NONCE + TAG) throw new BlobError(`blob ${segment.name} is cut short`);
  const decipher = createDecipheriv('aes-256-gcm', segment.key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(additional(segment.name, segment.index, segment.last));
  decipher.setAuthTag(sealed.subarray(bytesRead - TAG, bytesRead));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, bytesRead - TAG)), decipher.final()]);
  } catch {
    throw new BlobError(`blob ${segment.name} does not open: wrong key, or altered`);
  }
}
