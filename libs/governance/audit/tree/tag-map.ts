import type { Digest } from '@concord/core/ports';
import { compareBytes, concat, sameBytes, toHex, uint64 } from './bytes.ts';
import { fold, leafHash, nodeHash, nodesOf } from './merkle.ts';
import { inclusionRanges, verifyInclusion } from './proofs.ts';

/** How far one chain goes: the last leaf's number is `count - 1`. */
export interface ChainEnd {
  readonly tag: Uint8Array;
  readonly count: number;
  readonly last: Uint8Array;
}

export interface MapHead {
  /** Chains in the map. */
  readonly size: number;
  readonly root: Uint8Array;
}

/** Shows one entry; `path` is an inclusion proof in the tree over the entries in the order of their tags. */
export interface EntryProof {
  readonly index: number;
  readonly end: ChainEnd;
  readonly path: readonly Uint8Array[];
}

/** Shows what the map says of a tag: its entry, or the neighbours between which it would stand. */
export interface TagProof {
  readonly entry?: EntryProof;
  readonly before?: EntryProof;
  readonly after?: EntryProof;
}

const entryHash = (digest: Digest, { tag, count, last }: ChainEnd): Uint8Array => leafHash(digest, concat(tag, uint64(count), last));

/**
 * The sorted Merkle map `tag → (count, last leaf)`: an RFC 6962 tree over the entries in the order of their tags, so that absence
 * is two neighbours. Levels are kept: a longer chain costs its path, a new tag what stands right of it.
 */
export class TagMap {
  private readonly digest: Digest;
  private readonly ends = new Map<string, ChainEnd>();
  private readonly order: string[] = [];
  private levels: Uint8Array[][] = [[]];
  private stale = new Set<number>();
  private staleFrom = 0;

  constructor(digest: Digest, ends: Iterable<ChainEnd> = []) {
    this.digest = digest;
    for (const end of ends) this.ends.set(toHex(end.tag), end);
    this.order = [...this.ends.keys()].sort();
  }

  get(tag: Uint8Array): ChainEnd | undefined {
    return this.ends.get(toHex(tag));
  }

  set(end: ChainEnd): void {
    const key = toHex(end.tag);
    const at = placeOf(this.order, key);
    if (this.order[at] === key) this.stale.add(at);
    else {
      this.order.splice(at, 0, key);
      this.staleFrom = Math.min(this.staleFrom, at);
    }
    this.ends.set(key, end);
  }

  head(): MapHead {
    this.refresh();
    return { size: this.order.length, root: this.levels.at(-1)?.[0] ?? this.digest() };
  }

  prove(tag: Uint8Array): TagProof {
    this.refresh();
    const at = placeOf(this.order, toHex(tag));
    if (this.order[at] === toHex(tag)) return { entry: this.entry(at) };
    return { ...(at === 0 ? {} : { before: this.entry(at - 1) }), ...(at === this.order.length ? {} : { after: this.entry(at) }) };
  }

  private entry(index: number): EntryProof {
    const hash = ({ level, index: at }: { level: number; index: number }): Uint8Array => this.levels[level]?.[at] ?? this.digest();
    const path = inclusionRanges(index, this.order.length).map((range) => fold(this.digest, nodesOf(range).map(hash)));
    return { index, end: this.at(index), path };
  }

  private at(index: number): ChainEnd {
    const end = this.ends.get(this.order[index] ?? '');
    if (end === undefined) throw new Error('the map has no entry there');
    return end;
  }

  /** An odd node at a level's end goes up as it is: the same root as RFC 6962's split at the largest power of two. */
  private refresh(): void {
    const { order, staleFrom } = this;
    let dirty = [...[...this.stale].filter((at) => at < staleFrom), ...range(staleFrom, order.length)];
    const levels = [(this.levels[0] ?? []).slice(0, order.length)];
    for (const at of dirty) put(levels[0], at, entryHash(this.digest, this.at(at)));
    for (let level = 0; (levels[level]?.length ?? 0) > 1; level += 1) {
      const below = levels[level] ?? [];
      const here = (this.levels[level + 1] ?? []).slice(0, Math.ceil(below.length / 2));
      dirty = [...new Set(dirty.map((at) => Math.floor(at / 2)))];
      for (const at of dirty) put(here, at, this.parent(below[2 * at], below[2 * at + 1]));
      levels.push(here);
    }
    this.levels = levels;
    this.stale = new Set();
    this.staleFrom = order.length;
  }

  private parent(left: Uint8Array | undefined, right: Uint8Array | undefined): Uint8Array {
    if (left === undefined) return this.digest();
    return right === undefined ? left : nodeHash(this.digest, left, right);
  }
}

function put(row: Uint8Array[] | undefined, at: number, hash: Uint8Array): void {
  if (row !== undefined) row[at] = hash;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Where the key stands or would stand. */
function placeOf(order: readonly string[], key: string): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a proof shows: the chain's end, or that there is none; undefined when it shows nothing. */
export function verifyTag(digest: Digest, head: MapHead, tag: Uint8Array, proof: TagProof): { readonly end: ChainEnd | undefined } | undefined {
  const { entry } = proof;
  if (entry !== undefined) return holds(digest, head, entry) && sameBytes(entry.end.tag, tag) ? { end: entry.end } : undefined;
  const isAbsent = head.size === 0 ? sameBytes(head.root, digest()) : standsBetween(digest, head, tag, proof);
  return isAbsent ? { end: undefined } : undefined;
}

/** Two entries side by side, the tag between them; at an end of the map one is enough. */
function standsBetween(digest: Digest, head: MapHead, tag: Uint8Array, { before, after }: TagProof): boolean {
  if (before !== undefined && !(holds(digest, head, before) && compareBytes(before.end.tag, tag) < 0)) return false;
  if (after !== undefined && !(holds(digest, head, after) && compareBytes(after.end.tag, tag) > 0)) return false;
  const next = before === undefined ? 0 : before.index + 1;
  return (after === undefined ? head.size : after.index) === next;
}

function holds(digest: Digest, { size, root }: MapHead, { index, end, path }: EntryProof): boolean {
  return verifyInclusion(digest, { index, size, leaf: entryHash(digest, end), path, root });
}
