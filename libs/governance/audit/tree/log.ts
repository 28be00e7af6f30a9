import type { Digest } from '@concord/core/ports';
import { utf8 } from './bytes.ts';
import { encodeEnvelope, NOBODY, ZERO_HASH, type ChainPlace } from './envelope.ts';
import { EMPTY, grow, leafHash, rootOf, type Frontier, type Node } from './merkle.ts';
import { TagMap, type ChainEnd, type MapHead } from './tag-map.ts';
import { TileBuilder, type Tile } from './tiles.ts';

/** Whose chain a tag names. */
export type TagKind = 'patient' | 'actor';

/**
 * The tag of a patient's pseudonym or of a person. It is a commitment: nobody can link it to the key without the opening (a keyed
 * digest under the log's own secret), and whoever is handed the opening can check that it is this key's tag and no other's.
 */
export function tagOf(digest: Digest, kind: TagKind, key: string, opening: Uint8Array): Uint8Array {
  return digest(utf8(`concord/tag/1\n${kind}\n`), opening, utf8(key));
}

/** A person as a key: issuer and subject. */
export const actorKey = (issuer: string, subject: string): string => JSON.stringify([issuer, subject]);

/** An event as the tree sees it. */
export interface LogEvent {
  readonly eventHash: Uint8Array;
  readonly recordedAt: number;
  /** Absent when the event is about no patient. */
  readonly patientTag?: Uint8Array;
  readonly actorTag?: Uint8Array;
}

export interface Leaf {
  readonly index: number;
  readonly envelope: Uint8Array;
  readonly hash: Uint8Array;
  readonly patient: ChainPlace;
  readonly actor: ChainPlace;
}

/** Everything that a signed head commits to. */
export interface LogHead extends MapHead {
  readonly patients: MapHead;
  readonly actors: MapHead;
}

/** What a log is taken up from: chain ends, and the subtrees of its tiles that are not full yet, the lowest level first. */
export interface LogStart {
  readonly frontier: Frontier;
  readonly patients: Iterable<ChainEnd>;
  readonly actors: Iterable<ChainEnd>;
  readonly partialTiles: Iterable<readonly [Node, Uint8Array]>;
}

/** The growing log: gives every event its place in the tree, in its patient's chain and in its actor's. */
export class AuditLog {
  private readonly digest: Digest;
  private readonly patients: TagMap;
  private readonly actors: TagMap;
  private readonly tiles = new TileBuilder();
  private frontier: Frontier;

  constructor(digest: Digest, start: LogStart = { frontier: EMPTY, patients: [], actors: [], partialTiles: [] }) {
    this.digest = digest;
    this.frontier = start.frontier;
    this.patients = new TagMap(digest, start.patients);
    this.actors = new TagMap(digest, start.actors);
    for (const [node, hash] of start.partialTiles) this.tiles.add(node, hash);
  }

  get size(): number {
    return this.frontier.size;
  }

  /** Appends events in this order; the tiles are those that became full. */
  extend(events: Iterable<LogEvent>): { readonly leaves: readonly Leaf[]; readonly tiles: readonly Tile[] } {
    const leaves: Leaf[] = [];
    for (const event of events) leaves.push(this.leaf(event, this.size + leaves.length));
    const hashes = leaves.map(({ hash }) => hash);
    this.frontier = grow(this.digest, this.frontier, hashes, (node, hash) => {
      this.tiles.add(node, hash);
    });
    return { leaves, tiles: this.tiles.take() };
  }

  head(): LogHead {
    return { size: this.size, root: rootOf(this.digest, this.frontier), patients: this.patients.head(), actors: this.actors.head() };
  }

  private leaf({ eventHash, recordedAt, patientTag, actorTag }: LogEvent, index: number): Leaf {
    const patient = nextPlace(this.patients, patientTag);
    const actor = nextPlace(this.actors, actorTag);
    const envelope = encodeEnvelope({ eventHash, recordedAt, patient, actor });
    const hash = leafHash(this.digest, envelope);
    if (patientTag !== undefined) this.patients.set({ tag: patientTag, count: patient.sequence + 1, last: hash });
    if (actorTag !== undefined) this.actors.set({ tag: actorTag, count: actor.sequence + 1, last: hash });
    return { index, envelope, hash, patient, actor };
  }
}

function nextPlace(map: TagMap, tag: Uint8Array | undefined): ChainPlace {
  if (tag === undefined) return NOBODY;
  const end = map.get(tag);
  return { tag, sequence: end?.count ?? 0, previous: end?.last ?? ZERO_HASH };
}
