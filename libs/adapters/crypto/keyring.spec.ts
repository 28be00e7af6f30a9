import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyStoreFolder, openKeyring, RootKeyError, SealError, sha256, versionOf, type SiteKeyring } from './index.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const PATIENT = '7d9f3a52-0b1e-4c6d-8f2a-1b2c3d4e5f60';
let folder: string;
let keyring: SiteKeyring;
const fresh = () => join(mkdtempSync(join(folder, 'site-')), 'root.key');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-keys-'));
  keyring = await openKeyring(fresh());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a sealed value', () => {
  it('opens to what was sealed, under a key of its own and under a patient’s', async () => {
    const { key } = keyring.newKey('a');
    const keys = await keyring.makeKeys(PATIENT);
    fc.assert(
      fc.property(bytes, (plain) => {
        expect(Buffer.from(keyring.open(key, keyring.seal(key, plain, 'name'), 'name')).equals(plain)).toBe(true);
        expect(Buffer.from(keyring.openFor(keys, keyring.sealFor(keys, plain, 'name'), 'name')).equals(plain)).toBe(true);
      }),
    );
  });

  it('does not open at another place: a name copied to another row stays shut', async () => {
    const keys = await keyring.makeKeys(PATIENT);
    const sealed = keyring.sealFor(keys, Buffer.from('Tour'), 'patient/1/name');
    expect(() => keyring.openFor(keys, sealed, 'patient/2/name')).toThrow(SealError);
  });

  it('does not open when any single bit was altered, cut to a shorter tag included', async () => {
    const keys = await keyring.makeKeys(PATIENT);
    const sealed = Buffer.from(keyring.sealFor(keys, Buffer.from('Tour'), 'name'));
    fc.assert(
      fc.property(fc.nat({ max: sealed.length * 8 - 1 }), (bit) => {
        const altered = Buffer.from(sealed);
        altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => keyring.openFor(keys, altered, 'name')).toThrow(SealError);
      }),
    );
    for (let cut = 1; cut <= 12; cut += 1) expect(() => keyring.openFor(keys, sealed.subarray(0, -cut), 'name')).toThrow(SealError);
  });

  it('names the version of its key, which is authenticated: it does not open under another version', async () => {
    const one = await keyring.makeKeys(PATIENT);
    const two = { ...one, newest: 2, versions: new Map([...one.versions, [2, Buffer.alloc(32, 2)]]) };
    const old = keyring.sealFor(one, Buffer.from('Tour'), 'name');
    const now = Buffer.from(keyring.sealFor(two, Buffer.from('Tour'), 'name'));
    expect([versionOf(old), versionOf(now)]).toEqual([1, 2]);
    expect(Buffer.from(keyring.openFor(two, old, 'name')).toString()).toBe('Tour');
    expect(() => keyring.openFor(one, now, 'name')).toThrow(SealError);
    now.writeUInt32BE(1, 1);
    expect(() => keyring.openFor(two, now, 'name')).toThrow(SealError);
  });

  it('is different each time, so that equal names do not look equal', async () => {
    const keys = await keyring.makeKeys(PATIENT);
    expect(keyring.sealFor(keys, Buffer.from('Tour'), 'name')).not.toEqual(keyring.sealFor(keys, Buffer.from('Tour'), 'name'));
  });
});

describe('the keys of a patient', () => {
  it('are in the store, wrapped, under a name that tells nothing of the patient', async () => {
    const file = fresh();
    const site = await openKeyring(file);
    const keys = await site.makeKeys(PATIENT);
    const again = await (await openKeyring(file)).keysOf(PATIENT);
    expect(again?.versions.get(1)).toEqual(keys.versions.get(1));
    const stored = readdirSync(keyStoreFolder(file), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(stored.map(({ name }) => name).sort()).toEqual(['site', site.nameOf(PATIENT)].sort());
    for (const { parentPath, name } of stored) {
      expect(statSync(join(parentPath, name)).mode & 0o077).toBe(0);
      expect(readFileSync(join(parentPath, name)).includes(keys.versions.get(1)?.toString() ?? '')).toBe(false);
    }
  });

  it('are gone once destroyed, and destroying them again is no error', async () => {
    const file = fresh();
    const site = await openKeyring(file);
    await site.makeKeys(PATIENT);
    await site.store.destroy(site.nameOf(PATIENT));
    await site.store.destroy(site.nameOf(PATIENT));
    expect(await site.keysOf(PATIENT)).toBeUndefined();
    expect(await site.store.names()).toEqual([]);
  });

  it('do not open with the root key of another installation', async () => {
    const [here, there] = [await openKeyring(fresh()), await openKeyring(fresh())];
    const { wrapped } = here.newKey('a');
    expect(() => there.unwrap(wrapped, 'a')).toThrow(SealError);
    expect(() => here.unwrap(wrapped, 'b')).toThrow(SealError);
    expect(here.unwrap(wrapped, 'a')).toHaveLength(32);
  });
});

describe('a blind index', () => {
  it('is the same for the same identifier and differs when issuer and value are cut elsewhere', () => {
    expect(keyring.blindIndex('urn:a', '1')).toEqual(keyring.blindIndex('urn:a', '1'));
    expect(keyring.blindIndex('urn:a', '1')).not.toEqual(keyring.blindIndex('urn:', 'a1'));
  });
});

describe('a hash', () => {
  it('is the SHA-256 of FIPS 180-4 for "abc"', () => {
    expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the root key', () => {
  it('is made once, for its owner alone, also when three starts race', async () => {
    const file = join(fresh(), '..', 'deep', 'root.key');
    const sites = await Promise.all([openKeyring(file), openKeyring(file), openKeyring(file)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const site of sites) expect(site.blindIndex('a', 'b')).toEqual(sites[0].blindIndex('a', 'b'));
  });

  it('that others may read, or that was cut short, stops the start', async () => {
    const file = fresh();
    await openKeyring(file);
    chmodSync(file, 0o644);
    await expect(openKeyring(file)).rejects.toThrow(RootKeyError);
    chmodSync(file, 0o600);
    writeFileSync(file, 'short');
    await expect(openKeyring(file)).rejects.toThrow(/5 bytes/);
  });

  it('that is changed, laid open to others or taken away while the process runs counts from the next name that is opened', async () => {
    const file = fresh();
    const ring = await openKeyring(file);
    await ring.makeKeys(PATIENT);
    const keys = await ring.keysOf(PATIENT);
    expect(keys?.versions.size).toBe(1);
    const key = readFileSync(file);
    chmodSync(file, 0o644);
    await expect(ring.keysOf(PATIENT)).rejects.toThrow(RootKeyError);
    chmodSync(file, 0o600);
    writeFileSync(file, Buffer.alloc(32, 7));
    await expect(ring.keysOf(PATIENT)).rejects.toThrow(SealError);
    rmSync(file);
    await expect(ring.keysOf(PATIENT)).rejects.toThrow(SealError);
    writeFileSync(file, key, { mode: 0o600 });
    expect((await ring.keysOf(PATIENT))?.fixed).toEqual(keys?.fixed);
  });

  it('that is not the one of the store stops the start, before anything is sealed under it', async () => {
    const file = fresh();
    await openKeyring(file);
    rmSync(file);
    expect(existsSync(file)).toBe(false);
    await expect(openKeyring(file)).rejects.toThrow(SealError);
  });
});
