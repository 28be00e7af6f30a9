import type { Instant, Milliseconds } from '../kernel/index.ts';
import type { Sha256 } from '../clinical/index.ts';

/** The only source of "now". */
export interface Clock {
  now(): Instant;
}

/** The only source of chance; `next` gives a number in [0, 1). */
export interface Rng {
  next(): number;
}

/** SHA-256 of bytes, lower-case hex. */
export type Hash = (bytes: Uint8Array) => Sha256;

/** Sealed bytes in a store of names. A name is ours and random, never taken from outside. */
export interface SealedFiles {
  /** On disk, synced, when it resolves. Writing a name again changes nothing. */
  put(name: string, bytes: Uint8Array, key: Uint8Array): Promise<void>;
  /** @throws when it is missing, cut short, altered, or sealed under another key. */
  get(name: string, key: Uint8Array): Promise<Uint8Array>;
  /** Plain bytes from `start` to before `end`; opens only the segments that hold them. */
  range(name: string, key: Uint8Array, bounds: { readonly start: number; readonly end: number }): Promise<Uint8Array>;
}

/**
 * The keys of one patient, opened. The newest version seals; each version opens what was sealed under it. `fixed` (32 bytes)
 * outlives a rotation: digests that must stay comparable, and what can never be sealed again, hang on it.
 */
export interface DataKeys {
  readonly newest: number;
  readonly versions: ReadonlyMap<number, Uint8Array>;
  readonly fixed: Uint8Array;
}

/**
 * Steps by which a patient's data key is replaced; each can be repeated. The caller holds whatever keeps erasures and other
 * changes of the same patient's keys away meanwhile: whoever seals anew, the lock on the patient's row.
 */
export interface KeyVersions {
  /** Makes the next version, which opens but does not seal yet. @returns it; undefined when the patient's keys were destroyed. */
  prepare(patientId: string): Promise<number | undefined>;
  /** From here on the highest version seals. */
  promote(patientId: string): Promise<DataKeys | undefined>;
  /** Destroys every version but the one that seals. */
  retire(patientId: string): Promise<void>;
}

/** What a key store keeps of one patient: every key wrapped by a root key, none of them open. */
export interface KeyEntry {
  readonly newest: number;
  readonly versions: ReadonlyMap<number, Uint8Array>;
  readonly fixed: Uint8Array;
}

/**
 * Where wrapped keys are kept: outside the database, whose log and backups would keep them beyond an erasure. A name is a
 * keyed digest of the patient's id, lower-case hex. A folder here; a key management service fits the same port.
 */
export interface KeyStore {
  read(name: string): Promise<KeyEntry | undefined>;
  /** A new entry. Durable when it resolves. */
  write(name: string, entry: KeyEntry): Promise<void>;
  /** Another content for an entry that was read; at once and durable. @returns false when it was destroyed meanwhile, and stays so. */
  rewrite(name: string, entry: KeyEntry): Promise<boolean>;
  /** Gone for good when it resolves, whoever rewrites it at this moment. A name that is not there is no error: an erasure is repeated after a crash. */
  destroy(name: string): Promise<void>;
  names(): Promise<readonly string[]>;
}

/** Sealing and blind look-up. `place` says where a value stands (`table|column|row id`); it is authenticated, so a value opens nowhere else. */
export interface Keyring {
  /**
   * Makes the keys of a patient; they are in the key store when it resolves.
   * @param first the one key of a patient from before keys had versions.
   */
  makeKeys(patientId: string, first?: Uint8Array): Promise<DataKeys>;
  /** Undefined when they were destroyed: the patient was erased. */
  keysOf(patientId: string): Promise<DataKeys | undefined>;
  /** A key for one thing that belongs to no patient yet, wrapped by the root key. */
  newKey(place: string): { readonly key: Uint8Array; readonly wrapped: Uint8Array };
  /** @throws when it was altered, moved or wrapped under another root key. */
  unwrap(wrapped: Uint8Array, place: string): Uint8Array;
  /** Under a key that seals one thing only. A fresh nonce each time. */
  seal(key: Uint8Array, plain: Uint8Array, place: string): Uint8Array;
  /** @throws when it was altered or moved. */
  open(key: Uint8Array, sealed: Uint8Array, place: string): Uint8Array;
  /** Under a patient's newest key, whose version is part of what is authenticated. */
  sealFor(keys: DataKeys, plain: Uint8Array, place: string): Uint8Array;
  /** @throws when it was altered or moved, or its version of the key is gone. */
  openFor(keys: DataKeys, sealed: Uint8Array, place: string): Uint8Array;
  /** A key of its own purpose that lives and dies with the patient's keys and is not rotated: for what can never be sealed again. */
  lastingKey(keys: DataKeys, purpose: string): Uint8Array;
  /** Keyed digest for look-up without the plain value. */
  blindIndex(system: string, value: string): Uint8Array;
}

/** One tensor; `data` is row-major. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Runs a block of a bundle in a worker thread, with fixed padded shapes and one intra-op thread. */
export interface ModelRunner {
  /** @throws ModelUnavailable when the block cannot be loaded or the run fails. */
  run(block: Sha256, inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  /** onnxruntime version and CPU features, part of every stored score. */
  readonly runtime: string;
}

export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

export type JobName = 'assess' | 'erase' | 'verify';

export interface Backoff {
  readonly first: Milliseconds;
  readonly longest: Milliseconds;
}

/** Opens a raw deflate stream; undefined when it is damaged or would grow beyond `longest` bytes, which are never allocated. */
export type Inflate = (deflated: Uint8Array, longest: number) => Uint8Array | undefined;

/** One decoded codestream: samples interleaved, 8 bits each, length = columns × rows × samplesPerPixel. */
export interface DecodedFrame {
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: number;
  readonly samples: Uint8Array;
}

/** Decodes one compressed codestream, or says undefined when it cannot. `name`, with its version, goes into the image's receipt. */
export interface Codec {
  readonly name: string;
  decode(codestream: Uint8Array): DecodedFrame | undefined;
}

/** SHA-256 of the parts, one after the other: 32 bytes. */
export type Digest = (...parts: readonly Uint8Array[]) => Uint8Array;

/** Ed25519 (RFC 8032) under a private key that stays where it is. */
export interface Signer {
  /** How the key is called in a signature line; no space, no plus sign. */
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** True when the Ed25519 signature is this key's over this message; false for anything malformed. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
