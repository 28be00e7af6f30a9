import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Changes } from './changes.ts';

const FILES = 2_000;
let folder: string;
const name = (n: number) => n.toString(16).padStart(4, '0');
const inFolder = (n: number) => `${name(n).slice(2)}/${name(n)}`;
const place = (n: number) => join(folder, 'keys', inFolder(n));
/** Long enough ago that no later change falls into the same tick. */
const settle = () => {
  const past = new Date(Date.now() - 60_000);
  for (let n = 0; n < 256; n += 1) utimesSync(join(folder, 'keys', name(n).slice(2)), past, past);
  utimesSync(join(folder, 'keys'), past, past);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-changes-'));
  for (let n = 0; n < 256; n += 1) mkdirSync(join(folder, 'keys', name(n).slice(2)), { recursive: true });
  for (let n = 0; n < FILES; n += 1) writeFileSync(place(n), String(n));
  writeFileSync(join(folder, 'ledger'), 'a line\n');
  settle();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('what a follower copies', () => {
  it('is everything at first, then what was put in place since, and a look at an unchanged site asks about no file of it', async () => {
    const changes = new Changes([
      { name: 'keys', path: join(folder, 'keys') },
      { name: 'ledger', path: join(folder, 'ledger') },
      { name: 'nothing', path: join(folder, 'nothing') },
    ]);
    expect(await changes.look()).toHaveLength(FILES + 1);
    expect([await changes.look(), changes.asked]).toEqual([[], 1]);

    // A key that was replaced as the key store does it, a blob that was linked, a line of the ledger.
    writeFileSync(`${place(7)}.draft`, 'renewed');
    renameSync(`${place(7)}.draft`, place(7));
    writeFileSync(join(folder, 'new'), 'new');
    linkSync(join(folder, 'new'), join(folder, 'keys', '07', 'new'));
    writeFileSync(join(folder, 'ledger'), 'a line\nanother\n');
    expect([...(await changes.look())].sort()).toEqual([`keys/${inFolder(7)}`, 'keys/07/new', 'ledger']);
    expect(changes.asked).toBeLessThan(FILES / 100);
  });

  it('is not missed when a folder changes again right after it was looked at', async () => {
    const changes = new Changes([{ name: 'keys', path: join(folder, 'keys') }]);
    await changes.look();
    for (let i = 0; i < 50; i += 1) {
      writeFileSync(join(folder, 'keys', '0a', `at-once-${i}`), 'x');
      expect(await changes.look()).toEqual([`keys/0a/at-once-${i}`]);
    }
  });
});
