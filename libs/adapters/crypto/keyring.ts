import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DataKeys, KeyEntry, Keyring, KeyStore } from '@concord/core/ports';
import { derive, hmac, KEY, open, seal, SealError } from './envelope.ts';
import { createFileKeyStore, writeDurably } from './key-store.ts';
import { openRootKeys, ROOT_ID_BYTES, type RootKey, type RootKeys } from './root-key.ts';

/** First byte of what is sealed: under one key for one thing (1); under a versioned key (2); wrapped by a named root key (3). */
const SINGLE = Buffer.of(1);
const VERSIONED = 2;
const WRAPPED = Buffer.of(3);
const VERSION_BYTES = 4;

/** The keyring of an installation, and what its keepers need beside: erasure, rotation, backup. */
export interface SiteKeyring extends Keyring {
  readonly store: KeyStore;
  readonly roots: RootKeys;
  /** The name of a patient's keys in the store: a keyed digest, so that neither the store nor a ledger names a patient. */
  nameOf(patientId: string): string;
  /** Wraps an opened key under the newest root key. */
  wrap(key: Uint8Array, place: string): Buffer;
  wrapEntry(name: string, keys: DataKeys): KeyEntry;
  openEntry(name: string, entry: KeyEntry): DataKeys;
  /** A key of one purpose that no rotation changes; of backups and of the ledger, for two. */
  siteKey(purpose: string): Buffer;
}

/** Where an installation keeps the wrapped keys of its patients: beside its root key, outside the database. */
export function keyStoreFolder(keyFile: string): string {
  return join(dirname(keyFile), 'patient-keys');
}

/**
 * Opens the keys of an installation; makes them on the first start.
 * @throws RootKeyError when the key file is unfit; SealError when the store belongs to another root key.
 */
export async function openKeyring(keyFile: string, store: KeyStore = createFileKeyStore(keyStoreFolder(keyFile))): Promise<SiteKeyring> {
  const roots = await openRootKeys(keyFile);
  return createKeyring({ roots, store, site: await siteSecret(siteFile(keyFile), roots) });
}

/** The secret that outlives every rotation of the root key: blind indexes would all have to be made anew without it. */
function siteFile(keyFile: string): string {
  return join(keyStoreFolder(keyFile), 'site');
}

const SITE_PLACE = 'keys|site';

/** The site's secret under the newest root key; a step of a rotation. */
export async function rewrapSite(keyFile: string, keyring: SiteKeyring): Promise<void> {
  const file = siteFile(keyFile);
  const wrapped = readFileSync(file);
  const root = keyring.roots.newest();
  if (!isWrappedBy(wrapped, root)) await writeDurably(file, wrapUnder(root, unwrap(keyring.roots, wrapped, SITE_PLACE), SITE_PLACE));
}

/** True when a wrapped key hangs on this root key. */
export function isWrappedBy(wrapped: Uint8Array, { id }: RootKey): boolean {
  return wrapped[0] === WRAPPED[0] && id.equals(wrapped.subarray(1, 1 + ROOT_ID_BYTES));
}

async function siteSecret(file: string, roots: RootKeys): Promise<Buffer> {
  const wrapped = readIfThere(file);
  if (wrapped !== undefined) return unwrap(roots, wrapped, SITE_PLACE);
  // The secret of an installation that has none yet is what its first root key always gave.
  const root = roots.newest();
  const secret = derive(root.key, 'concord/blind-index/1');
  await writeDurably(file, wrapUnder(root, secret, SITE_PLACE));
  return secret;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
}

interface Parts {
  readonly roots: RootKeys;
  readonly store: KeyStore;
  readonly site: Buffer;
}

function createKeyring(parts: Parts): SiteKeyring {
  const { roots, store, site } = parts;
  const entries = entriesOf(parts);
  const wrap = (key: Uint8Array, place: string): Buffer => wrapUnder(roots.newest(), key, place);
  return {
    store,
    roots,
    wrap,
    ...entries,
    siteKey: (purpose) => derive(site, purpose),
    newKey(place) {
      const key = randomBytes(KEY);
      return { key, wrapped: wrap(key, place) };
    },
    unwrap: (wrapped, place) => unwrap(roots, wrapped, place),
    seal: (key, plain, place) => seal(key, plain, { head: SINGLE, place }),
    open: openSingle,
    sealFor,
    openFor,
    lastingKey: ({ fixed }, purpose) => derive(fixed, purpose),
    // Length first: ("ab", "c") and ("a", "bc") are different identifiers.
    blindIndex: (system, value) =>
      hmac(site)
        .update(`${Buffer.byteLength(system)}:`)
        .update(system)
        .update(value)
        .digest(),
  };
}

type Entries = Pick<SiteKeyring, 'nameOf' | 'wrapEntry' | 'openEntry' | 'makeKeys' | 'keysOf'>;

function entriesOf({ roots, store, site }: Parts): Entries {
  const nameKey = derive(site, 'concord/key-name/1');
  const nameOf = remembered((patientId: string): string => hmac(nameKey).update(patientId).digest('hex'));
  const wrap = (key: Uint8Array, place: string): Buffer => wrapUnder(roots.newest(), key, place);
  const wrapEntry = (name: string, { newest, versions, fixed }: DataKeys): KeyEntry => ({
    newest,
    versions: new Map([...versions].map(([version, key]) => [version, wrap(key, versionPlace(name, version))])),
    fixed: wrap(fixed, fixedPlace(name)),
  });
  const openEntry = (name: string, { newest, versions, fixed }: KeyEntry): DataKeys => ({
    newest,
    versions: new Map([...versions].map(([version, key]) => [version, unwrap(roots, key, versionPlace(name, version))])),
    // Most readers never compare contents: unwrapped when it is asked for.
    get fixed() {
      return unwrap(roots, fixed, fixedPlace(name));
    },
  });
  return {
    nameOf,
    wrapEntry,
    openEntry,
    async makeKeys(patientId, first) {
      const name = nameOf(patientId);
      const keys: DataKeys = { newest: 1, versions: new Map([[1, first ?? randomBytes(KEY)]]), fixed: first ?? randomBytes(KEY) };
      await store.write(name, wrapEntry(name, keys));
      return keys;
    },
    async keysOf(patientId) {
      const name = nameOf(patientId);
      const entry = await store.read(name);
      return entry === undefined ? undefined : openEntry(name, entry);
    },
  };
}

const NAMES_REMEMBERED = 10_000;

/** A keyed digest costs as much as opening what it names; the name is no secret, the keys are read each time. */
function remembered(nameOf: (patientId: string) => string): (patientId: string) => string {
  const names = new Map<string, string>();
  return (patientId) => {
    const known = names.get(patientId);
    if (known !== undefined) return known;
    if (names.size >= NAMES_REMEMBERED) names.clear();
    const name = nameOf(patientId);
    names.set(patientId, name);
    return name;
  };
}

function versionPlace(name: string, version: number): string {
  return `keys|${name}|${version}`;
}

function fixedPlace(name: string): string {
  return `keys|${name}|fixed`;
}

function sealFor({ newest, versions }: DataKeys, plain: Uint8Array, place: string): Buffer {
  const key = versions.get(newest);
  if (key === undefined) throw new SealError('the newest key of a patient is not there');
  const head = Buffer.alloc(1 + VERSION_BYTES);
  head.writeUInt8(VERSIONED, 0);
  head.writeUInt32BE(newest, 1);
  return seal(key, plain, { head, place: `${place}|${newest}` });
}

function openFor({ versions }: DataKeys, sealed: Uint8Array, place: string): Buffer {
  const version = versionOf(sealed);
  const key = versions.get(version ?? 1);
  if (key === undefined) throw new SealError(`version ${version ?? 1} of a patient's key is gone`);
  // Before keys had versions the place stood alone.
  return version === undefined ? openSingle(key, sealed, place) : open(key, sealed.subarray(1 + VERSION_BYTES), `${place}|${version}`);
}

/** Under which version of the patient's key a value was sealed; undefined before keys had versions, which means the first. */
export function versionOf(sealed: Uint8Array): number | undefined {
  if (sealed[0] !== VERSIONED || sealed.length < 1 + VERSION_BYTES) return undefined;
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).readUInt32BE(1);
}

function openSingle(key: Uint8Array, sealed: Uint8Array, place: string): Buffer {
  if (sealed[0] !== SINGLE[0]) throw new SealError('not a sealed value of this version');
  return open(key, sealed.subarray(1), place);
}

function wrapUnder({ id, wrap }: RootKey, key: Uint8Array, place: string): Buffer {
  return seal(wrap, key, { head: Buffer.concat([WRAPPED, id]), place });
}

function unwrap(roots: RootKeys, wrapped: Uint8Array, place: string): Buffer {
  if (wrapped[0] === WRAPPED[0]) {
    const root = roots.byId(wrapped.subarray(1, 1 + ROOT_ID_BYTES));
    if (root === undefined) throw new SealError('a key was wrapped by a root key that is not here');
    return open(root.wrap, wrapped.subarray(1 + ROOT_ID_BYTES), place);
  }
  // What was wrapped before root keys had names: each is tried.
  for (const root of roots.all()) {
    try {
      return openSingle(root.wrap, wrapped, place);
    } catch (problem) {
      if (!(problem instanceof SealError)) throw problem;
    }
  }
  throw new SealError('a wrapped key does not open here: wrong root key, wrong place, or altered');
}
