import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest } from '@concord/adapters/crypto';
import {
  consistencyRanges,
  fold,
  inclusionRanges,
  leafHash,
  nodeHash,
  nodesOf,
  verifyConsistency,
  verifyInclusion,
  type Node,
  type Range,
} from '@concord/governance/audit';
import { NaiveTree } from '../audit/naive-tree.ts';

const LARGEST = 2048;
const BEYOND = 20_000;

describe('the tree of RFC 6962 against the naive recursion', () => {
  it(`for sizes up to ${LARGEST}, every leaf and every older size`, () => {
    const data = Array.from({ length: LARGEST }, (_, i) => Buffer.from(`event ${i}`));
    const naive = new NaiveTree(data);
    const hashes = (ranges: readonly Range[]) =>
      ranges.map((range) =>
        fold(
          digest,
          nodesOf(range).map(({ level, index }) => naive.hash(index * 2 ** level, (index + 1) * 2 ** level)),
        ),
      );
    const same = (a: readonly Uint8Array[], b: readonly Buffer[]) => a.length === b.length && a.every((hash, i) => b[i]!.equals(hash));
    let compared = 0;
    for (let size = 513; size <= LARGEST; size += 1) {
      for (let index = 0; index < size; index += 1) {
        compared += 2;
        if (!same(hashes(inclusionRanges(index, size)), naive.path(index, 0, size))) throw new Error(`leaf ${index} of ${size}`);
        if (!same(hashes(consistencyRanges(index + 1, size)), naive.proof(index + 1, size))) throw new Error(`${index + 1} in ${size}`);
      }
      if (size % 128 === 0) process.stdout.write(`sizes up to ${size}: ${compared} proofs\n`);
    }
    console.log(`${compared} proofs of all sizes from 513 to ${LARGEST}: all agree`);
  });

  it('for random sizes up to 2^32, verified from the leaf up and refused when anything is other', () => {
    // A tree in which every leaf is alike: the root of any range follows from its size alone, so sizes need not be built.
    const leaf = leafHash(digest, Buffer.from('alike'));
    const complete: Uint8Array[] = [leaf];
    for (let level = 1; level <= 33; level += 1) complete.push(nodeHash(digest, complete[level - 1]!, complete[level - 1]!));
    const hash = ({ level }: Node) => complete[level]!;
    const root = (end: number) => fold(digest, nodesOf({ start: 0, end }).map(hash));
    const path = (ranges: readonly Range[]) => ranges.map((range) => fold(digest, nodesOf(range).map(hash)));
    for (let i = 0; i < BEYOND; i += 1) {
      const draw = createHash('sha256').update(`size ${i}`).digest();
      const size = 1 + draw.readUInt32BE(0);
      const [index, first] = [draw.readUInt32BE(4) % size, 1 + (draw.readUInt32BE(8) % size)];
      const inclusion = { index, size, leaf, path: path(inclusionRanges(index, size)), root: root(size) };
      const consistency = { first, second: size, firstRoot: root(first), secondRoot: root(size), path: path(consistencyRanges(first, size)) };
      expect(verifyInclusion(digest, inclusion) && verifyConsistency(digest, consistency), `${i}`).toBe(true);
      expect(verifyInclusion(digest, { ...inclusion, path: [...inclusion.path, leaf] })).toBe(false);
      expect(size > 1 && verifyInclusion(digest, { ...inclusion, path: inclusion.path.slice(1) })).toBe(false);
      expect(verifyConsistency(digest, { ...consistency, path: [...consistency.path, leaf] })).toBe(false);
    }
    console.log(`${BEYOND} random sizes up to 2^32: all agree, all longer and shorter proofs refused`);
  });
});
