import type { ClientBase } from 'pg';
import type { Digest } from '@concord/core/ports';
import { concat, fold, nodesOf, placeOf, rootWithin, TILE_WIDTH, type Node, type Range, type TileId } from '@concord/governance/audit';

const TILES_REMEMBERED = 2_000;

/** Reads subtrees of the stored tree: from full tiles, and at the right edge from leaves and the tiles below. */
export class TreeReader {
  private readonly client: ClientBase;
  private readonly digest: Digest;
  private readonly tiles = new Map<string, Uint8Array>();

  constructor(client: ClientBase, digest: Digest) {
    this.client = client;
    this.digest = digest;
  }

  /** The root of the tree over the first `size` leaves. */
  async root(size: number): Promise<Uint8Array> {
    return fold(this.digest, await this.nodes(nodesOf({ start: 0, end: size })));
  }

  /** The root of each range, as proofs hold them. */
  async hashes(ranges: readonly Range[]): Promise<readonly Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (const range of ranges) hashes.push(fold(this.digest, await this.nodes(nodesOf(range))));
    return hashes;
  }

  async nodes(nodes: readonly Node[]): Promise<readonly Uint8Array[]> {
    const hashes: Uint8Array[] = [];
    for (const node of nodes) hashes.push(await this.node(node));
    return hashes;
  }

  private async node(node: Node): Promise<Uint8Array> {
    const { level, index, from, to } = placeOf(node);
    const tile = await this.tile({ level, index });
    if (tile !== undefined) return rootWithin(this.digest, tile.subarray(from * 32, to * 32));
    return rootWithin(this.digest, await this.edge({ level, index }, from, to));
  }

  /** Hashes of a tile that is not full yet. */
  private async edge({ level, index }: TileId, from: number, to: number): Promise<Uint8Array> {
    const first = index * TILE_WIDTH + from;
    if (level === 0) return this.leaves(first, index * TILE_WIDTH + to);
    const below: Uint8Array[] = [];
    for (let at = first; at < index * TILE_WIDTH + to; at += 1) {
      const tile = await this.tile({ level: level - 1, index: at });
      if (tile === undefined) throw new Error(`tile ${level - 1}/${at} of the audit log is missing`);
      below.push(rootWithin(this.digest, tile));
    }
    return concat(...below);
  }

  private async leaves(from: number, to: number): Promise<Uint8Array> {
    const text = 'SELECT leaf_hash FROM audit_leaves WHERE leaf_index >= $1 AND leaf_index < $2 ORDER BY leaf_index';
    const { rows } = await this.client.query<{ leaf_hash: Buffer }>({ name: 'leaf-hashes', text, values: [from, to] });
    if (rows.length !== to - from) throw new Error(`leaves ${from} to ${to} of the audit log are missing`);
    return concat(...rows.map(({ leaf_hash }) => leaf_hash));
  }

  private async tile({ level, index }: TileId): Promise<Uint8Array | undefined> {
    const name = `${level}/${index}`;
    const known = this.tiles.get(name);
    if (known !== undefined) return known;
    const text = 'SELECT hashes FROM audit_tiles WHERE level = $1 AND tile_index = $2';
    const { rows } = await this.client.query<{ hashes: Buffer }>({ name: 'tile', text, values: [level, index] });
    if (rows[0] === undefined) return undefined;
    if (this.tiles.size >= TILES_REMEMBERED) this.tiles.clear();
    this.tiles.set(name, rows[0].hashes);
    return rows[0].hashes;
  }
}
