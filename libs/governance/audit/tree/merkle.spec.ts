import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '@concord/adapters/crypto';
import { NaiveTree } from '../../../../test/audit/naive-tree.ts';
import { sameBytes, toHex, utf8 } from './bytes.ts';
import { EMPTY, fold, grow, leafHash, nodesOf, rootOf, type Node, type Range } from './merkle.ts';
import { multiproofNodes, multiproofRoot } from './multiproof.ts';
import { consistencyRanges, inclusionRanges, verifyConsistency, verifyInclusion } from './proofs.ts';
import { placeOf, rootWithin, TileBuilder } from './tiles.ts';

const LARGEST = 512;
const data = Array.from({ length: LARGEST }, (_, i) => utf8(`event ${i}`));
const naive = new NaiveTree(data);
const leaves = data.map((bytes) => leafHash(digest, bytes));
const hashOf = ({ level, index }: Node): Buffer => naive.hash(index * 2 ** level, (index + 1) * 2 ** level);
const hashesOf = (ranges: readonly Range[]): readonly Uint8Array[] => ranges.map((range) => fold(digest, nodesOf(range).map(hashOf)));

describe('the tree of RFC 6962', () => {
  it('has the published roots of nothing and of one empty leaf', () => {
    expect(toHex(rootOf(digest, EMPTY))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(toHex(leafHash(digest, new Uint8Array(0)))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });

  it('proves every leaf of every size from 1 to 512 as the naive recursion does', () => {
    let frontier = EMPTY;
    for (let size = 1; size <= LARGEST; size += 1) {
      frontier = grow(digest, frontier, leaves.slice(size - 1, size));
      const root = rootOf(digest, frontier);
      if (!sameBytes(root, naive.hash(0, size))) throw new Error(`root of ${size}`);
      for (let index = 0; index < size; index += 1) {
        const path = hashesOf(inclusionRanges(index, size));
        const expected = naive.path(index, 0, size);
        const agrees = path.length === expected.length && path.every((hash, i) => expected[i]!.equals(hash));
        if (!agrees || !verifyInclusion(digest, { index, size, leaf: leaves[index]!, path, root })) throw new Error(`leaf ${index} of ${size}`);
      }
    }
  }, 180_000);

  it('proves every older size against 512 and against its neighbours as the naive recursion does', () => {
    for (let second = 1; second <= LARGEST; second += second < 128 ? 1 : 32) {
      for (let first = 1; first <= second; first += 1) {
        const path = hashesOf(consistencyRanges(first, second));
        const expected = naive.proof(first, second);
        const agrees = path.length === expected.length && path.every((hash, i) => expected[i]!.equals(hash));
        const proof = { first, second, firstRoot: naive.hash(0, first), secondRoot: naive.hash(0, second), path };
        if (!agrees || !verifyConsistency(digest, proof)) throw new Error(`${first} in ${second}`);
      }
    }
  });

  it('refuses an inclusion proof that is longer, shorter, altered, for another leaf, index or size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: LARGEST }), fc.nat(), fc.nat(), (size, at, other) => {
        const index = at % size;
        const path = hashesOf(inclusionRanges(index, size));
        const good = { index, size, leaf: leaves[index]!, path, root: naive.hash(0, size) };
        expect(verifyInclusion(digest, { ...good, path: [...path, leaves[0]!] })).toBe(false);
        expect(verifyInclusion(digest, { ...good, path: path.slice(1) })).toBe(false);
        expect(verifyInclusion(digest, { ...good, path: path.toSpliced(other % path.length, 1, leaves[other % size]!) })).toBe(
          sameBytes(path[other % path.length]!, leaves[other % size]!),
        );
        expect(verifyInclusion(digest, { ...good, index: size })).toBe(false);
        expect(verifyInclusion(digest, { ...good, index: (index + 1) % size })).toBe(false);
        expect(verifyInclusion(digest, { ...good, index: -1 })).toBe(false);
        expect(verifyInclusion(digest, { ...good, leaf: leaves[(index + 1) % size]! })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a consistency proof backwards, from nothing that is not the empty root, empty, longer or altered', () => {
    const [first, second] = [5, 300];
    const good = { first, second, firstRoot: naive.hash(0, first), secondRoot: naive.hash(0, second), path: hashesOf(consistencyRanges(first, second)) };
    expect(verifyConsistency(digest, good)).toBe(true);
    expect(verifyConsistency(digest, { ...good, first: second, second: first })).toBe(false);
    expect(verifyConsistency(digest, { ...good, first: 0, path: [] })).toBe(false);
    expect(verifyConsistency(digest, { ...good, first: 0, firstRoot: digest(), path: [] })).toBe(true);
    expect(verifyConsistency(digest, { ...good, path: [] })).toBe(false);
    expect(verifyConsistency(digest, { ...good, path: [...good.path, leaves[0]!] })).toBe(false);
    expect(verifyConsistency(digest, { ...good, path: good.path.slice(0, -1) })).toBe(false);
    expect(verifyConsistency(digest, { ...good, firstRoot: good.secondRoot })).toBe(false);
    expect(verifyConsistency(digest, { ...good, first: second, path: [] })).toBe(false);
  });

  it('needs at most 1 KB to show one leaf among ten million, envelope included', () => {
    expect(inclusionRanges(1_234_567, 10_000_000).length * 32 + 185).toBeLessThanOrEqual(1024);
  });
});

describe('one proof for many leaves', () => {
  it('gives the root for any choice, and nothing when a leaf is left out, added or moved', () => {
    const choice = fc.uniqueArray(fc.nat({ max: 99 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 100, max: LARGEST }), choice, (size, chosen) => {
        const indexes = chosen.sort((a, b) => a - b);
        const proof = multiproofNodes(indexes, size).map(hashOf);
        const shown = indexes.map((index) => ({ index, hash: leaves[index]! }));
        expect(multiproofRoot(digest, size, shown, proof)).toEqual(naive.hash(0, size));
        expect(multiproofRoot(digest, size, shown.slice(1), proof)).not.toEqual(naive.hash(0, size));
        expect(multiproofRoot(digest, size, shown, [...proof, leaves[0]!])).toBeUndefined();
        expect(multiproofRoot(digest, size, shown, proof.slice(1))).not.toEqual(naive.hash(0, size));
      }),
    );
  });

  it('is empty for the whole tree and the inclusion proof’s size for one leaf', () => {
    expect(multiproofNodes([...leaves.keys()], LARGEST)).toEqual([]);
    expect(multiproofNodes([77], LARGEST)).toHaveLength(inclusionRanges(77, LARGEST).length);
  });
});

describe('tiles', () => {
  it('give back the root of every complete subtree that they hold', () => {
    const tiles = new TileBuilder();
    const nodes: (readonly [Node, Uint8Array])[] = [];
    grow(digest, EMPTY, leaves, (node, hash) => {
      tiles.add(node, hash);
      nodes.push([node, hash]);
    });
    const full = tiles.take();
    expect(full.map(({ level, index }) => [level, index])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    for (const [node, hash] of nodes) {
      const place = placeOf(node);
      const tile = full.find(({ level, index }) => level === place.level && index === place.index);
      if (tile !== undefined) expect(rootWithin(digest, tile.hashes.subarray(place.from * 32, place.to * 32))).toEqual(Uint8Array.from(hash));
    }
  });
});
