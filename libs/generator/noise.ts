/**
 * Chance that is a function of place: the same seed, channel and index give the same number, in any order of asking. A
 * signal built on it can be continued from any moment without replaying what came before.
 */

/** A number in [0, 1). */
export function hashUnit(seed: number, channel: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(channel + 0x165667b1, 0xc2b2ae35) ^ Math.imul(index + 0x27d4eb2f, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** A standard normal number (Box and Muller). */
export function hashNormal(seed: number, channel: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - hashUnit(seed, channel, 2 * index)));
  return radius * Math.cos(2 * Math.PI * hashUnit(seed, channel, 2 * index + 1));
}

/** Smooth noise of about unit variance that changes over one unit of `at`. */
export function smoothNoise(seed: number, channel: number, at: number): number {
  const index = Math.floor(at);
  const t = at - index;
  const weight = t * t * (3 - 2 * t);
  return 1.2 * ((1 - weight) * hashNormal(seed, channel, index) + weight * hashNormal(seed, channel, index + 1));
}
