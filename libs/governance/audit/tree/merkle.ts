import type { Digest } from '@concord/core/ports';

/*
 * The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1): leaf SHA-256(0x00 ‖ data), node SHA-256(0x01 ‖ left ‖ right), the empty
 * tree SHA-256(""), split at the largest power of two below the size. The prefixes keep a node from passing as a leaf.
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (digest: Digest, data: Uint8Array): Uint8Array => digest(LEAF, data);
export const nodeHash = (digest: Digest, left: Uint8Array, right: Uint8Array): Uint8Array => digest(NODE, left, right);

/** The complete subtree over the leaves `[index · 2^level, (index + 1) · 2^level)`. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** Leaves `[start, end)`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The largest power of two strictly below `count`; sizes go beyond 2^32, so no shifts. @param count at least 2. */
export function splitOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** The complete subtrees that a range of the tree's own recursion is made of, from left to right: levels fall. */
export function nodesOf({ start, end }: Range): readonly Node[] {
  const nodes: Node[] = [];
  for (let at = start; at < end;) {
    let [level, width] = [0, 1];
    while (at % (width * 2) === 0 && at + width * 2 <= end) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The root over complete subtrees of falling level. Of none: the empty tree's. */
export function fold(digest: Digest, hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return digest();
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(digest, left, right), last);
}

/** A tree as the roots of its complete subtrees, the largest first: all that growing it needs. */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

export const EMPTY: Frontier = { size: 0, peaks: [] };

export const rootOf = (digest: Digest, { peaks }: Frontier): Uint8Array => fold(digest, peaks);

/**
 * Appends leaf hashes.
 * @param completed is told of every subtree that became complete, leaves included, each once.
 */
export function grow(digest: Digest, from: Frontier, leaves: Iterable<Uint8Array>, completed?: (node: Node, hash: Uint8Array) => void): Frontier {
  const peaks = [...from.peaks];
  let { size } = from;
  for (const leaf of leaves) {
    let [hash, level, index] = [leaf, 0, size];
    completed?.({ level, index }, hash);
    while (index % 2 === 1) {
      hash = nodeHash(digest, peaks.pop() ?? missing(), hash);
      [level, index] = [level + 1, (index - 1) / 2];
      completed?.({ level, index }, hash);
    }
    peaks.push(hash);
    size += 1;
  }
  return { size, peaks };
}

function missing(): never {
  throw new Error('a frontier has one peak for each bit of its size');
}
