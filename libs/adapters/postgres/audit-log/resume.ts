import type { ClientBase } from 'pg';
import type { Digest } from '@concord/core/ports';
import { EMPTY, grow, readUint64, rootWithin, TILE_WIDTH, type ChainEnd, type LogStart, type Node } from '@concord/governance/audit';

const LEVEL_MOST = 6;

/** Where the log stands in the database, read from leaves and tiles; takes seconds for millions of leaves. */
export async function readLogStart(client: ClientBase, digest: Digest): Promise<LogStart> {
  const { rows } = await client.query<{ size: number }>('SELECT (coalesce(max(leaf_index), -1) + 1)::float8 AS size FROM audit_leaves');
  const size = rows[0]?.size ?? 0;
  const levels: (readonly (readonly [Node, Uint8Array])[])[] = [await lastLeaves(client, size)];
  for (let level = 1; level <= LEVEL_MOST && TILE_WIDTH ** level <= size; level += 1) levels.push(await lastTiles(client, digest, { level, size }));
  return {
    // The peaks of the whole tree are those of its unfinished tiles, the highest tile first.
    frontier: {
      size,
      peaks: levels.toReversed().flatMap((row) => [
        ...grow(
          digest,
          EMPTY,
          row.map(([, hash]) => hash),
        ).peaks,
      ]),
    },
    patients: await chainEnds(client, 42, size),
    actors: await chainEnds(client, 114, size),
    partialTiles: levels.flat(),
  };
}

async function lastLeaves(client: ClientBase, size: number): Promise<readonly (readonly [Node, Uint8Array])[]> {
  const from = size - (size % TILE_WIDTH);
  const { rows } = await client.query<{ leaf_hash: Buffer }>('SELECT leaf_hash FROM audit_leaves WHERE leaf_index >= $1 ORDER BY leaf_index', [from]);
  return rows.map(({ leaf_hash }, i) => [{ level: 0, index: from + i }, leaf_hash]);
}

/** The roots of the full tiles below an unfinished tile of this level. */
async function lastTiles(
  client: ClientBase,
  digest: Digest,
  { level, size }: { readonly level: number; readonly size: number },
): Promise<readonly (readonly [Node, Uint8Array])[]> {
  const complete = Math.floor(size / TILE_WIDTH ** level);
  const from = complete - (complete % TILE_WIDTH);
  const text = 'SELECT hashes FROM audit_tiles WHERE level = $1 AND tile_index >= $2 AND tile_index < $3 ORDER BY tile_index';
  const { rows } = await client.query<{ hashes: Buffer }>(text, [level - 1, from, complete]);
  return rows.map(({ hashes }, i) => [{ level: level * Math.log2(TILE_WIDTH), index: from + i }, rootWithin(digest, hashes)]);
}

/** The last leaf of every chain among the first `size` leaves; `at` is where the tag begins in the envelope, counted from one. */
export async function chainEnds(client: ClientBase, at: 42 | 114, size: number): Promise<readonly ChainEnd[]> {
  const tag = `substr(envelope, ${at}, 32)`;
  const text = `SELECT DISTINCT ON (${tag}) ${tag} AS tag, substr(envelope, ${at + 32}, 8) AS sequence, leaf_hash AS last FROM audit_leaves
    WHERE leaf_index < $1 AND ${tag} <> decode(repeat('00', 32), 'hex') ORDER BY ${tag}, substr(envelope, ${at + 32}, 8) DESC`;
  const { rows } = await client.query<{ tag: Buffer; sequence: Buffer; last: Buffer }>(text, [size]);
  return rows.map(({ tag: bytes, sequence, last }) => ({ tag: bytes, count: readUint64(sequence, 0) + 1, last }));
}
