import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings } from '../config.ts';
import { restore } from '../verbs/restore.ts';
import { verify } from '../verbs/verify.ts';

let empty: string;
beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'concord-empty-'));
});
afterAll(() => rm(empty, { recursive: true }));

it('on an empty machine without the key of the backups nothing is made that would seal the next ones, and the way out is said', async () => {
  const io = { settings: readSettings({ CONCORD_DATA_DIR: join(empty, 'data') }), out: () => undefined, err: () => undefined };
  for (const verb of [restore, verify]) await expect(verb.run([join(empty, 'backups')], io)).rejects.toThrow('CONCORD_BACKUP_KEY_FILE');
  expect(await readdir(empty)).toEqual([]);
});
