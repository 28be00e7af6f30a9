import type { Digest } from '@concord/core/ports';
import { sameBytes } from './bytes.ts';
import { nodeHash, splitOf, type Range } from './merkle.ts';

/** What an inclusion proof holds (RFC 9162 2.1.3.1): the root of each range, from the leaf upwards. @param index below `size`. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const path: Range[] = [];
  for (let [start, end] = [0, size]; end - start > 1;) {
    const middle = start + splitOf(end - start);
    path.push(index < middle ? { start: middle, end } : { start, end: middle });
    if (index < middle) end = middle;
    else start = middle;
  }
  return path.reverse();
}

/** What a consistency proof holds (RFC 9162 2.1.4.1). Empty for the same size and for the empty tree. @param first at most `second`. */
export function consistencyRanges(first: number, second: number): readonly Range[] {
  if (first === 0 || first === second) return [];
  const path: Range[] = [];
  // The subtree that begins the older tree is known to whoever holds the older root.
  let known = true;
  let [start, end] = [0, second];
  while (first !== end) {
    const middle = start + splitOf(end - start);
    if (first <= middle) {
      path.push({ start: middle, end });
      end = middle;
    } else {
      path.push({ start, end: middle });
      start = middle;
      known = false;
    }
  }
  if (!known) path.push({ start, end });
  return path.reverse();
}

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/** RFC 9162 2.1.3.2; a proof that is too long or too short is refused. */
export function verifyInclusion(digest: Digest, { index, size, leaf, path, root }: Inclusion): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(digest, sibling, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(digest, hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(hash, root);
}

export interface Consistency {
  readonly first: number;
  readonly second: number;
  readonly firstRoot: Uint8Array;
  readonly secondRoot: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** RFC 9162 2.1.4.2: the second tree is the first one, grown. */
export function verifyConsistency(digest: Digest, proof: Consistency): boolean {
  const { first, second, firstRoot, secondRoot, path } = proof;
  if (!isCount(first) || !isCount(second) || first > second) return false;
  if (first === second) return path.length === 0 && sameBytes(firstRoot, secondRoot) && (first > 0 || sameBytes(firstRoot, digest()));
  if (first === 0) return path.length === 0 && sameBytes(firstRoot, digest());
  return path.length > 0 && climb(digest, proof);
}

function climb(digest: Digest, { first, second, firstRoot, secondRoot, path }: Consistency): boolean {
  let [fn, sn] = [first - 1, second - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  // A first size that is a power of two is a whole subtree: its root begins the path.
  const [seed, ...rest] = fn === 0 ? [firstRoot, ...path] : path;
  if (seed === undefined) return false;
  let [older, newer] = [seed, seed];
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      older = nodeHash(digest, sibling, older);
      newer = nodeHash(digest, sibling, newer);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newer = nodeHash(digest, newer, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(older, firstRoot) && sameBytes(newer, secondRoot);
}
