import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyStore } from '@concord/core/ports';
import { createFileKeyStore, keyStoreFolder, openKeyring, retireRoot, rotateRoot } from './index.ts';

const PATIENTS = ['a', 'b', 'c', 'd', 'e'].map((letter) => `7d9f3a52-0b1e-4c6d-8f2a-1b2c3d4e5f6${letter}`);
const noRows = (): Promise<number> => Promise.resolve(0);

describe('a new root key', () => {
  let folder: string;
  const site = () => join(mkdtempSync(join(folder, 'site-')), 'root.key');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'concord-rotate-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const filled = async () => {
    const file = site();
    const keyring = await openKeyring(file);
    const sealed = [];
    for (const id of PATIENTS) sealed.push(keyring.sealFor(await keyring.makeKeys(id), Buffer.from(id), 'place'));
    return { file, keyring, sealed, index: keyring.blindIndex('urn:a', '1'), waiting: keyring.newKey('blobs|wrapped|1').wrapped };
  };
  const opens = async (file: string, sealed: readonly Uint8Array[]) => {
    const keyring = await openKeyring(file);
    for (const [i, id] of PATIENTS.entries()) {
      const keys = await keyring.keysOf(id);
      if (keys === undefined) throw new Error('no keys');
      expect(Buffer.from(keyring.openFor(keys, sealed[i] ?? Buffer.alloc(0), 'place')).toString()).toBe(id);
    }
    return keyring;
  };

  it('opens everything as before, gives the same blind indexes, and leaves nothing to the old one once that is retired', async () => {
    const { file, keyring, sealed, index, waiting } = await filled();
    const old = readFileSync(file);
    let row: Buffer = Buffer.from(waiting);
    const rows = (rewrap: (wrapped: Buffer, place: string) => Buffer | undefined): Promise<number> => {
      const again = rewrap(row, 'blobs|wrapped|1');
      row = again ?? row;
      return Promise.resolve(again === undefined ? 0 : 1);
    };
    expect(await rotateRoot(file, keyring, rows)).toEqual({ keys: PATIENTS.length, rows: 1 });
    expect(readFileSync(file).equals(old)).toBe(false);
    await expect(rotateRoot(file, keyring, rows)).rejects.toThrow(/retire it first/);
    // A process that has run since before goes on with both.
    expect(Buffer.from(keyring.unwrap(waiting, 'blobs|wrapped|1'))).toHaveLength(32);
    expect(await retireRoot(file, keyring, rows)).toBe(true);
    const after = await opens(file, sealed);
    expect(after.blindIndex('urn:a', '1')).toEqual(index);
    expect(after.unwrap(row, 'blobs|wrapped|1')).toHaveLength(32);
    expect(() => after.unwrap(waiting, 'blobs|wrapped|1')).toThrow(/not here/);
    expect(existsSync(`${file}.previous`)).toBe(false);
  });

  it('survives a crash after any number of written keys: everything opens in between, and the next call ends it', async () => {
    for (let crashAt = 0; crashAt <= PATIENTS.length; crashAt += 1) {
      const { file, sealed } = await filled();
      const store = createFileKeyStore(keyStoreFolder(file));
      let writes = 0;
      const crashing: KeyStore = {
        ...store,
        rewrite: (name, entry) => (writes++ < crashAt ? store.rewrite(name, entry) : Promise.reject(new Error('killed'))),
      };
      const rows = (): Promise<number> => (crashAt === PATIENTS.length ? Promise.reject(new Error('killed')) : Promise.resolve(0));
      await expect(rotateRoot(file, await openKeyring(file, crashing), rows)).rejects.toThrow('killed');
      await opens(file, sealed);
      // What is made between the crash and the next call hangs on the next key already.
      const meanwhile = await (await openKeyring(file)).makeKeys('7d9f3a52-0b1e-4c6d-8f2a-1b2c3d4e5f70');
      await rotateRoot(file, await openKeyring(file), noRows);
      await retireRoot(file, await openKeyring(file), noRows);
      const after = await opens(file, sealed);
      expect((await after.keysOf('7d9f3a52-0b1e-4c6d-8f2a-1b2c3d4e5f70'))?.versions.get(1)).toEqual(meanwhile.versions.get(1));
    }
  });

  describe('and an erasure at the same time', () => {
    /** @param meet called between the rotation's read of an entry and its write. */
    const rotateWhile = async (file: string, meet: (store: KeyStore, name: string) => Promise<void>): Promise<void> => {
      const store = createFileKeyStore(keyStoreFolder(file));
      const slow: KeyStore = {
        ...store,
        read: async (name) => {
          const entry = await store.read(name);
          await meet(store, name);
          return entry;
        },
      };
      await rotateRoot(file, await openKeyring(file, slow), noRows);
    };
    const bytesOf = (file: string): number =>
      readdirSync(keyStoreFolder(file), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'site')
        .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

    it('an erased patient’s key does not come back when the rotation had read it before and writes it after', async () => {
      const { file } = await filled();
      await rotateWhile(file, (store, name) => store.destroy(name));
      const after = await openKeyring(file);
      for (const id of PATIENTS) expect(await after.keysOf(id)).toBeUndefined();
      expect(await after.store.names()).toEqual([]);
      expect(bytesOf(file)).toBe(0);
    });

    it('an erased patient’s key does not come back however the two meet, and nobody else loses theirs', async () => {
      const { file, sealed } = await filled();
      const erased = [];
      const going = [];
      for (let n = 0; n < 120; n += 1) erased.push(`7d9f3a52-0b1e-4c6d-8f2a-${String(n).padStart(12, '0')}`);
      const keyring = await openKeyring(file);
      for (const id of erased) await keyring.makeKeys(id);
      const rotating = rotateRoot(file, keyring, noRows);
      for (const id of erased) {
        going.push(keyring.store.destroy(keyring.nameOf(id)));
        if (going.length % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all([rotating, ...going]);
      const after = await opens(file, sealed);
      for (const id of erased) expect(await after.keysOf(id)).toBeUndefined();
      expect(await after.store.names()).toHaveLength(PATIENTS.length);
    });

    it('an erased patient’s key does not stay when the rotation was killed right after it had written it: the next look takes it away', async () => {
      const { file } = await filled();
      const keyring = await openKeyring(file);
      const name = keyring.nameOf(PATIENTS[0] ?? '');
      const entry = await keyring.store.read(name);
      await keyring.store.destroy(name);
      if (entry === undefined) throw new Error('no keys');
      await keyring.store.write(name, entry);
      expect(await keyring.store.names()).toHaveLength(PATIENTS.length - 1);
      expect(await keyring.keysOf(PATIENTS[0] ?? '')).toBeUndefined();
    });
  });
});
