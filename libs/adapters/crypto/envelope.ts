import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';

/** Bytes of a key. */
export const KEY = 32;
const NONCE = 12;
const TAG = 16;

/** Opened with another key, for another place, or altered. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** The key of one purpose, so that no key serves two (HKDF-SHA-256, RFC 5869). */
export function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), purpose, KEY));
}

/** Keyed digest. As everywhere here the key is handed over as an object: bare bytes cost Node ten times the work to take in. */
export function hmac(key: Uint8Array): ReturnType<typeof createHmac> {
  return createHmac('sha256', createSecretKey(key));
}

/**
 * AES-256-GCM. Result: `head`, nonce (12 bytes), ciphertext, tag (16). `place` is authenticated, and with it the head when
 * `place` repeats it.
 */
export function seal(key: Uint8Array, plain: Uint8Array, { head, place }: { readonly head: Uint8Array; readonly place: string }): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * @param body what `seal` made, without its head.
 * @throws SealError
 */
export function open(key: Uint8Array, body: Uint8Array, place: string): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.length < NONCE + TAG) throw new SealError('a sealed value is cut short');
  // The length is said: without it Node takes a tag of four bytes, which can be guessed.
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
  } catch {
    throw new SealError('a sealed value does not open here: wrong key, wrong place, or altered');
  }
}
