import { hash } from 'node:crypto';
import type { Digest } from '@concord/core/ports';

/** Larger than a leaf's envelope or two hashes with their prefix; what is longer is joined in a buffer of its own. */
const SCRATCH_BYTES = 1024;
const scratch = Buffer.alloc(SCRATCH_BYTES);

/** SHA-256 over small parts: one call a node, for a tree of millions of nodes. */
export const digest: Digest = (...parts) => {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > SCRATCH_BYTES) return hash('sha256', Buffer.concat(parts), 'buffer');
  let at = 0;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  return hash('sha256', scratch.subarray(0, length), 'buffer');
};
