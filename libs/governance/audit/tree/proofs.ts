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

/** Where a climb stands: RFC 9162's `fn` and `sn`. At the root `last` is 0. */
interface Place {
  readonly node: number;
  readonly last: number;
}

/** One level up, or several where the right edge has no sibling. */
function up({ node, last }: Place): { readonly siblingIsLeft: boolean; readonly place: Place } {
  const siblingIsLeft = isOdd(node) || node === last;
  while (siblingIsLeft && !isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
  return { siblingIsLeft, place: { node: half(node), last: half(last) } };
}

/** RFC 9162 2.1.3.2; a proof that is too long or too short is refused. */
export function verifyInclusion(digest: Digest, { index, size, leaf, path, root }: Inclusion): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [place, hash]: [Place, Uint8Array] = [{ node: index, last: size - 1 }, leaf];
  for (const sibling of path) {
    if (place.last === 0) return false;
    const step = up(place);
    hash = step.siblingIsLeft ? nodeHash(digest, sibling, hash) : nodeHash(digest, hash, sibling);
    place = step.place;
  }
  return place.last === 0 && sameBytes(hash, root);
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
  if (first === 0 && !sameBytes(firstRoot, digest())) return false;
  if (first === second) return path.length === 0 && sameBytes(firstRoot, secondRoot);
  return first === 0 ? path.length === 0 : path.length > 0 && climb(digest, proof);
}

function climb(digest: Digest, { first, second, firstRoot, secondRoot, path }: Consistency): boolean {
  let place = wholeSubtree({ node: first - 1, last: second - 1 });
  // A first size that is a power of two is a whole subtree: its root begins the path.
  const [seed = firstRoot, ...rest] = place.node === 0 ? [firstRoot, ...path] : path;
  let [older, newer] = [seed, seed];
  for (const sibling of rest) {
    if (place.last === 0) return false;
    const step = up(place);
    if (step.siblingIsLeft) older = nodeHash(digest, sibling, older);
    newer = step.siblingIsLeft ? nodeHash(digest, sibling, newer) : nodeHash(digest, newer, sibling);
    place = step.place;
  }
  return place.last === 0 && sameBytes(older, firstRoot) && sameBytes(newer, secondRoot);
}

/** As far up as the older tree's last leaf ends a complete subtree. */
function wholeSubtree({ node, last }: Place): Place {
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  return { node, last };
}
