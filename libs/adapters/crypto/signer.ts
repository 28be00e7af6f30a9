import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import type { Signer, VerifySignature } from '@concord/core/ports';
import { hmac } from './envelope.ts';
import { loadRootKey } from './root-key.ts';

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its DER forms. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

/** Signs under an Ed25519 seed of 32 bytes. */
export function createSigner(name: string, seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
  return { name, publicKey, sign: (message) => sign(null, message, key) };
}

/**
 * A signer whose seed lies in a file that only its owner may read; made on the first start. Its name ends with a part of the
 * public key's hash, so that two installations never sign under one name.
 * @throws RootKeyError
 */
export async function loadSigner(kind: string, file: string): Promise<Signer> {
  const seed = await loadRootKey(file);
  const { publicKey } = createSigner(kind, seed);
  return createSigner(`concord/${kind}/${hash('sha256', Buffer.from(publicKey)).slice(0, 12)}`, seed);
}

const known = new Map<string, KeyObject>();

export const verifySignature: VerifySignature = (publicKey, message, signature) => {
  if (publicKey.length !== KEY_BYTES) return false;
  const name = Buffer.from(publicKey).toString('hex');
  const key = known.get(name) ?? createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' });
  known.set(name, key);
  return verify(null, message, key, signature);
};

/** Openings of tags: HMAC-SHA-256 under the log's own secret, so that a tag says nothing to whoever does not hold it. */
export function createTagOpener(secret: Uint8Array): (kind: string, key: string) => Buffer {
  return (kind, key) => hmac(secret).update(`${kind}\n`).update(key).digest();
}
