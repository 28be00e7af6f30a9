import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSealer, loadRootKey, RootKeyError, SealError, sha256 } from './index.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const sealer = createSealer(Buffer.alloc(32, 7));
const { key } = sealer.newKey('patient/1');

describe('a sealed value', () => {
  it('opens to what was sealed', () => {
    fc.assert(fc.property(bytes, (plain) => sealer.open(key, sealer.seal(key, plain, 'name'), 'name').equals(plain)));
  });

  it('does not open at another place: a name copied to another row stays shut', () => {
    expect(() => sealer.open(key, sealer.seal(key, Buffer.from('Tour'), 'patient/1/name'), 'patient/2/name')).toThrow(SealError);
  });

  it('does not open when any single bit was altered', () => {
    const sealed = sealer.seal(key, Buffer.from('Tour'), 'name');
    fc.assert(
      fc.property(fc.nat({ max: sealed.length * 8 - 1 }), (bit) => {
        const altered = Buffer.from(sealed);
        altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => sealer.open(key, altered, 'name')).toThrow(SealError);
      }),
    );
  });

  it('is different each time, so that equal names do not look equal', () => {
    expect(sealer.seal(key, Buffer.from('Tour'), 'name').equals(sealer.seal(key, Buffer.from('Tour'), 'name'))).toBe(false);
  });

  it('needs the root key: a key wrapped under another installation is useless', () => {
    const { wrapped } = sealer.newKey('patient/1');
    expect(() => createSealer(Buffer.alloc(32, 8)).unwrap(wrapped, 'patient/1')).toThrow(SealError);
    expect(sealer.unwrap(wrapped, 'patient/1')).toHaveLength(32);
  });
});

describe('a blind index', () => {
  it('is the same for the same identifier and differs when issuer and value are cut elsewhere', () => {
    expect(sealer.blindIndex('urn:a', '1')).toEqual(sealer.blindIndex('urn:a', '1'));
    expect(sealer.blindIndex('urn:a', '1')).not.toEqual(sealer.blindIndex('urn:', 'a1'));
  });
});

describe('a hash', () => {
  it('is the SHA-256 of FIPS 180-4 for "abc"', () => {
    expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the root key', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'concord-key-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is made once, for its owner alone, also when two starts race', async () => {
    const file = join(folder, 'deep/root.key');
    const keys = await Promise.all([loadRootKey(file), loadRootKey(file), loadRootKey(file)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const each of keys) expect(each).toEqual(readFileSync(file));
  });

  it('that others may read, or that was cut short, stops the start', async () => {
    const file = join(folder, 'root.key');
    await loadRootKey(file);
    chmodSync(file, 0o644);
    await expect(loadRootKey(file)).rejects.toThrow(RootKeyError);
    chmodSync(file, 0o600);
    writeFileSync(file, 'short');
    await expect(loadRootKey(file)).rejects.toThrow(/5 bytes/);
  });
});
