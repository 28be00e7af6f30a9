import type { Rng } from '@concord/core/ports';

/** A UID under 2.25, the root for UUIDs (PS3.5 B.2), from 122 bits of a seeded stream: the same seed names the same object. */
export function uidFrom(rng: Rng): string {
  const words = Array.from({ length: 4 }, () => BigInt(Math.floor(rng.next() * 2 ** 32)));
  const random = words.reduce((value, word) => value * 2n ** 32n + word, 0n);
  // Version 4, variant 1, as a random UUID has them.
  const withVersion = (random & ~(0xfn << 76n)) | (4n << 76n);
  const withVariant = (withVersion & ~(3n << 62n)) | (2n << 62n);
  return `2.25.${withVariant.toString()}`;
}
