import type { Digest } from '@concord/core/ports';
import { fold, nodeHash, nodesOf, splitOf, type Node } from './merkle.ts';

/**
 * One proof for many leaves: the complete subtrees that hold none of them, in the order in which the tree's own recursion meets
 * them. All leaves need no proof; one leaf needs what its inclusion proof needs.
 * @param indexes ascending, each below `size`.
 */
export function multiproofNodes(indexes: readonly number[], size: number): readonly Node[] {
  const nodes: Node[] = [];
  let next = 0;
  const visit = (start: number, end: number): void => {
    const index = indexes[next];
    if (index === undefined || index >= end) nodes.push(...nodesOf({ start, end }));
    else if (end - start === 1) next += 1;
    else {
      const middle = start + splitOf(end - start);
      visit(start, middle);
      visit(middle, end);
    }
  };
  if (size > 0) visit(0, size);
  return nodes;
}

export interface ChosenLeaf {
  readonly index: number;
  readonly hash: Uint8Array;
}

/** The root that leaves and proof give together; undefined when leaves or proof are too many, too few or out of order. */
export function multiproofRoot(digest: Digest, size: number, leaves: readonly ChosenLeaf[], proof: readonly Uint8Array[]): Uint8Array | undefined {
  let [leafAt, proofAt] = [0, 0];
  const visit = (start: number, end: number): Uint8Array | undefined => {
    const leaf = leaves[leafAt];
    if (leaf === undefined || leaf.index >= end) {
      const count = nodesOf({ start, end }).length;
      proofAt += count;
      return proofAt > proof.length ? undefined : fold(digest, proof.slice(proofAt - count, proofAt));
    }
    if (end - start === 1) {
      leafAt += 1;
      return leaf.index === start ? leaf.hash : undefined;
    }
    const middle = start + splitOf(end - start);
    const left = visit(start, middle);
    const right = left === undefined ? undefined : visit(middle, end);
    return left === undefined || right === undefined ? undefined : nodeHash(digest, left, right);
  };
  const root = size === 0 ? digest() : visit(0, size);
  return leafAt === leaves.length && proofAt === proof.length ? root : undefined;
}
