import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const KEY = 32;

/** Opened with another key, for another place, or altered. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** A key that seals one patient's data; it is stored only in its wrapped form. */
export interface DataKey {
  readonly key: Buffer;
  readonly wrapped: Buffer;
}

/**
 * Envelope encryption: AES-256-GCM under per-patient keys, wrapped by a key derived from the root key. `place` is bound
 * as additional data, so that a sealed value moved to another row or column does not open. Sealed form:
 * version (1 byte), nonce (12), ciphertext, tag (16).
 */
export interface Sealer {
  newKey(place: string): DataKey;
  /** @throws SealError */
  unwrap(wrapped: Uint8Array, place: string): Buffer;
  seal(key: Uint8Array, plain: Uint8Array, place: string): Buffer;
  /** @throws SealError */
  open(key: Uint8Array, sealed: Uint8Array, place: string): Buffer;
  /** Look-up without reading: HMAC-SHA-256 of issuer and value, so that a stolen table reveals no identifier. */
  blindIndex(system: string, value: string): Buffer;
}

export function createSealer(rootKey: Uint8Array): Sealer {
  const wrapKey = derive(rootKey, 'concord/wrap/1');
  const indexKey = derive(rootKey, 'concord/blind-index/1');
  return {
    newKey(place) {
      const key = randomBytes(KEY);
      return { key, wrapped: seal(wrapKey, key, place) };
    },
    unwrap: (wrapped, place) => open(wrapKey, wrapped, place),
    seal,
    open,
    // Length first: ("ab", "c") and ("a", "bc") are different identifiers.
    blindIndex: (system, value) =>
      createHmac('sha256', indexKey)
        .update(`${Buffer.byteLength(system)}:`)
        .update(system)
        .update(value)
        .digest(),
  };
}

function derive(rootKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', rootKey, new Uint8Array(0), purpose, KEY));
}

function seal(key: Uint8Array, plain: Uint8Array, place: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array, place: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < 1 + NONCE + TAG || bytes[0] !== VERSION) throw new SealError('not a sealed value of this version');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE));
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + NONCE, bytes.length - TAG)), decipher.final()]);
  } catch {
    throw new SealError('a sealed value does not open here: wrong key, wrong place, or altered');
  }
}
