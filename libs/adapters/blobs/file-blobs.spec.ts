import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEGMENT } from './file-blobs.ts';
import { BlobError, createFileBlobs } from './index.ts';

describe('a sealed blob', () => {
  let folder: string;
  const key = randomBytes(32);
  const name = 'ab'.repeat(32);
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'concord-blobs-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT + 17])('of %i bytes comes back as it went in', async (length) => {
    const blobs = createFileBlobs(folder);
    const bytes = randomBytes(length);
    const own = randomBytes(32).toString('hex');
    await blobs.put(own, bytes, key);
    expect((await blobs.get(own, key)).equals(bytes)).toBe(true);
  });

  it('gives a range without the rest', async () => {
    const blobs = createFileBlobs(folder);
    const bytes = randomBytes(2 * SEGMENT + 100);
    const own = randomBytes(32).toString('hex');
    await blobs.put(own, bytes, key);
    for (const [start, end] of [
      [0, 10],
      [SEGMENT - 5, SEGMENT + 5],
      [2 * SEGMENT, 2 * SEGMENT + 100],
      [70_000, 70_001],
    ] as const) {
      expect((await blobs.range(own, key, { start, end })).equals(bytes.subarray(start, end))).toBe(true);
    }
  });

  it('written by six at once is one file and whole', async () => {
    const blobs = createFileBlobs(folder);
    const bytes = randomBytes(SEGMENT + 1);
    const before = files().length;
    await Promise.all(Array.from({ length: 6 }, () => blobs.put(name, bytes, key)));
    expect(files().length).toBe(before + 1);
    expect((await blobs.get(name, key)).equals(bytes)).toBe(true);
  });

  it('does not stand readable on the disk', async () => {
    const blobs = createFileBlobs(folder);
    const own = randomBytes(32).toString('hex');
    await blobs.put(own, Buffer.from('Canary patient text'), key);
    for (const file of files()) expect(readFileSync(file).includes('Canary')).toBe(false);
  });

  it('that was cut at a segment, or altered, is refused and not handed out short', async () => {
    const blobs = createFileBlobs(folder);
    const own = randomBytes(32).toString('hex');
    await blobs.put(own, randomBytes(2 * SEGMENT), key);
    const file = files().find((each) => each.endsWith(own)) ?? '';
    const whole = readFileSync(file);
    truncateSync(file, SEGMENT + 28);
    await expect(blobs.get(own, key)).rejects.toThrow(BlobError);
    whole[500] = (whole[500] ?? 0) ^ 1;
    writeFileSync(file, whole);
    await expect(blobs.get(own, key)).rejects.toThrow(BlobError);
  });

  it('is never looked for outside its folder', () => {
    expect(() => createFileBlobs(folder).put('../../etc/passwd', Buffer.alloc(1), key)).toThrow(BlobError);
  });
});
