import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const SEGMENT = 1024 * 1024;
const NONCE = 12;
const TAG = 16;
const SEALED = SEGMENT + NONCE + TAG;

/** A part of a backup that is missing, cut short, altered, or sealed under another key. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export interface Sealing {
  readonly key: Uint8Array;
  /** Bound to every segment with its number and whether it is the last: no part stands in for another. */
  readonly place: string;
}

function additional({ place }: Sealing, index: number, last: boolean): Buffer {
  return Buffer.from(`${place}:${index}:${last ? 'last' : 'more'}`);
}

/** Bytes on disk of so many plain bytes. */
export function sealedSize(plain: number): number {
  return plain + Math.max(1, Math.ceil(plain / SEGMENT)) * (NONCE + TAG);
}

/**
 * Copies a file, sealed in segments of 1 MiB (AES-256-GCM), in constant memory. What the file grows while it is read is left
 * out. On disk, synced, under its name when it resolves, or not there at all.
 * @returns size and SHA-256 of the plain bytes.
 */
export async function sealFile(source: FileHandle, target: string, sealing: Sealing): Promise<{ readonly size: number; readonly sha256: string }> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const { size } = await source.stat();
  const draft = `${target}.draft`;
  const out = await open(draft, 'w', 0o600);
  const digest = createHash('sha256');
  let done = 0;
  try {
    const plain = Buffer.alloc(SEGMENT);
    for (let index = 0; index === 0 || done < size; index += 1) {
      const { bytesRead } = await source.read(plain, 0, Math.min(SEGMENT, size - done), done);
      const read = plain.subarray(0, bytesRead);
      // A file that shrank meanwhile ends here; what was cut is repaired by the log.
      const last = done + bytesRead >= size || bytesRead === 0;
      digest.update(read);
      await out.write(segment(read, sealing, { index, last }));
      done += bytesRead;
      if (last) break;
    }
    await out.sync();
  } finally {
    await out.close();
  }
  await rename(draft, target);
  return { size: done, sha256: digest.digest('hex') };
}

function segment(plain: Uint8Array, sealing: Sealing, { index, last }: { readonly index: number; readonly last: boolean }): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', sealing.key, nonce, { authTagLength: TAG });
  cipher.setAAD(additional(sealing, index, last));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

async function create(target: string): Promise<FileHandle> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  return open(target, 'w', 0o600);
}

/**
 * Opens what `sealFile` wrote, into a file or only to see that it opens.
 * @throws BackupError
 */
export async function openFile(sealed: string, sealing: Sealing, target?: string): Promise<{ readonly size: number; readonly sha256: string }> {
  const source = await open(sealed, 'r').catch(() => {
    throw new BackupError(`${sealed} is not there`);
  });
  const out = target === undefined ? undefined : await create(target);
  const digest = createHash('sha256');
  let plainSize = 0;
  try {
    const { size } = await source.stat();
    const bytes = Buffer.alloc(SEALED);
    for (let index = 0; index * SEALED < size; index += 1) {
      const { bytesRead } = await source.read(bytes, 0, SEALED, index * SEALED);
      const plain = openSegment(bytes.subarray(0, bytesRead), sealing, { index, last: (index + 1) * SEALED >= size });
      digest.update(plain);
      await out?.write(plain);
      plainSize += plain.length;
    }
    if (size === 0) throw new BackupError(`${sealed} is empty`);
    await out?.sync();
  } catch (error) {
    if (target !== undefined) await rm(target, { force: true });
    throw error instanceof BackupError ? new BackupError(`${sealed}: ${error.message}`) : error;
  } finally {
    await source.close();
    await out?.close();
  }
  return { size: plainSize, sha256: digest.digest('hex') };
}

function openSegment(bytes: Buffer, sealing: Sealing, { index, last }: { readonly index: number; readonly last: boolean }): Buffer {
  if (bytes.length < NONCE + TAG) throw new BackupError('cut short');
  const decipher = createDecipheriv('aes-256-gcm', sealing.key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(additional(sealing, index, last));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
  } catch {
    throw new BackupError('does not open: another key, or altered');
  }
}
