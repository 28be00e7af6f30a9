import type { Digest } from '@concord/core/ports';
import { nodeHash, type Node } from './merkle.ts';

/** Hashes in a full tile: eight levels of the tree (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_LEVELS = 8;
const HASH_BYTES = 32;

/** Tile `index` of `level` holds the roots of the subtrees of 256^level leaves from 256 · index on. */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileId {
  /** 256 hashes of 32 bytes. */
  readonly hashes: Uint8Array;
}

/** Where the root of a complete subtree can be made from: one tile, and the hashes `[from, to)` in it. */
export function placeOf({ level, index }: Node): TileId & { readonly from: number; readonly to: number } {
  const within = level % TILE_LEVELS;
  const width = 2 ** within;
  const first = index * width;
  const tile = Math.floor(first / TILE_WIDTH);
  const from = first - tile * TILE_WIDTH;
  return { level: Math.floor(level / TILE_LEVELS), index: tile, from, to: from + width };
}

/** The root over a whole number of hashes that is a power of two, as they lie in a tile. */
export function rootWithin(digest: Digest, hashes: Uint8Array): Uint8Array {
  let row = Array.from({ length: hashes.length / HASH_BYTES }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  while (row.length > 1) row = pairs(row).map(([left, right]) => nodeHash(digest, left, right));
  return Uint8Array.from(row[0] ?? digest());
}

function pairs(row: readonly Uint8Array[]): readonly (readonly [Uint8Array, Uint8Array])[] {
  const empty = new Uint8Array(0);
  return Array.from({ length: row.length / 2 }, (_, i) => [row[2 * i] ?? empty, row[2 * i + 1] ?? empty] as const);
}

/** Collects the subtrees that a growing tree completes into full tiles. */
export class TileBuilder {
  private readonly rows = new Map<number, { readonly index: number; readonly hashes: Uint8Array; filled: number }>();
  private full: Tile[] = [];

  /** Takes the hashes of tiles that were begun before, in the order of their place. */
  add({ level, index }: Node, hash: Uint8Array): void {
    if (level % TILE_LEVELS !== 0) return;
    const tileLevel = level / TILE_LEVELS;
    const place = index % TILE_WIDTH;
    const row = place === 0 ? { index: Math.floor(index / TILE_WIDTH), hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), filled: 0 } : this.rows.get(tileLevel);
    if (row?.filled !== place) throw new Error('a tile is filled in order');
    this.rows.set(tileLevel, row);
    row.hashes.set(hash, place * HASH_BYTES);
    row.filled += 1;
    if (row.filled === TILE_WIDTH) this.full.push({ level: tileLevel, index: row.index, hashes: row.hashes });
  }

  /** The tiles that became full since the last call. */
  take(): readonly Tile[] {
    const { full } = this;
    this.full = [];
    return full;
  }
}
