import { createHash } from 'node:crypto';
import type { Sha256 } from '@concord/core/clinical';
import type { Hash } from '@concord/core/ports';

/** SHA-256 as lower-case hex. */
export const sha256: Hash = (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256;
