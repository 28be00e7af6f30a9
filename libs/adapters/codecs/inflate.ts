import { inflateRawSync } from 'node:zlib';
import type { Inflate } from '@concord/core/ports';

/** zlib with an upper bound: it stops at `longest` bytes instead of filling the memory. */
export const boundedInflate: Inflate = (deflated, longest) => {
  try {
    return inflateRawSync(deflated, { maxOutputLength: longest });
  } catch {
    return undefined;
  }
};
