import type { ClientBase } from 'pg';
import type { Digest, Signer } from '@concord/core/ports';
import {
  actorKey,
  concat,
  consistencyRanges,
  decodeEnvelope,
  fold,
  leafRecord,
  manifestText,
  mapJson,
  multiproofNodes,
  nodesOf,
  signManifest,
  TagMap,
  tagOf,
  TILE_WIDTH,
  toBase64,
  utf8,
  wantedBy,
  type BundleFile,
  type Retired,
  type BundleScope,
} from '@concord/governance/audit';
import { readLeaves, type ExportedLeaf, type LeafChoice } from './export-leaves.ts';
import { chainEnds } from './resume.ts';
import { findScope, type ExportQuery } from './export-scope.ts';
import type { TagOpener } from './sequencer.ts';
import { TreeReader } from './tree-reader.ts';

/** Where a bundle's files go; bytes of one file come in order. */
export interface BundleSink {
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** Length and hash of what was written so far. */
  sealed(): Promise<Readonly<Record<string, BundleFile>>>;
}

export interface ExportSettings {
  readonly digest: Digest;
  readonly openTag: TagOpener;
  readonly signer: Signer;
  /** `pubkeys.json` as it is published. */
  readonly publicKeys: Uint8Array;
  readonly progress: (done: number, total: number) => Promise<void>;
}

export interface ExportRequest {
  readonly query: ExportQuery;
  readonly requester: string;
  readonly purpose: string;
  /** The head to export at; the newest unless said. The same head and the same question give the same bytes. */
  readonly size?: number;
}

/** Heads that go along: enough to say from when on a log was altered. */
const HEADS_MOST = 64;

interface Head {
  readonly size: number;
  readonly note: string;
}

/** Writes a bundle; the manifest and its signature last. @throws ExportRefused */
export async function exportBundle(client: ClientBase, request: ExportRequest, settings: ExportSettings, sink: BundleSink): Promise<void> {
  const head = await headAt(client, request.size);
  const { scope, choice } = await findScope(client, settings, { query: request.query, size: head.size });
  const counts = await writeLeaves(client, settings, { scope, choice }, sink);
  const reader = new TreeReader(client, settings.digest);
  const heads = await earlierHeads(client, head.size);
  await sink.append('checkpoint.txt', utf8Bytes(head.note));
  await sink.append('anchors/checkpoints.txt', utf8Bytes(heads.map(({ note }) => note).join('')));
  await sink.append('pubkeys.json', settings.publicKeys);
  if (scope.kind === 'log') await sink.append('tiles.bin', await tileRoots(reader, settings.digest, head.size));
  else await writeProofs({ client, settings, reader, head, heads, scope, indexes: counts.indexes }, sink);
  const manifest = manifestText({
    origin: head.note.split('\n', 1)[0] ?? '',
    size: head.size,
    scope,
    requester: request.requester,
    purpose: request.purpose,
    leaves: counts.leaves,
    events: counts.events,
    ...(counts.retired === undefined ? {} : { retired: counts.retired }),
    files: await sink.sealed(),
  });
  await sink.append('manifest.json', utf8Bytes(manifest));
  await sink.append('manifest.sig', utf8Bytes(signManifest(manifest, settings.signer)));
}

const utf8Bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** It cannot be exported as it was asked; the message says why, without a patient in it. */
export class ExportRefused extends Error {
  override readonly name = 'ExportRefused';
}

async function headAt(client: ClientBase, size: number | undefined): Promise<Head> {
  const text = 'SELECT size::float8 AS size, note FROM audit_checkpoints WHERE size <= coalesce($1, size) ORDER BY size DESC LIMIT 1';
  const { rows } = await client.query<Head>(text, [size ?? null]);
  if (rows[0] === undefined) throw new ExportRefused('no head of the log is signed yet');
  return rows[0];
}

async function earlierHeads(client: ClientBase, size: number): Promise<readonly Head[]> {
  const text = `SELECT size::float8 AS size, note FROM (SELECT *, row_number() OVER (ORDER BY size) AS place, count(*) OVER () AS all_of_them FROM audit_checkpoints WHERE size <= $1) h
    WHERE (all_of_them - place) % greatest(1, ceil(all_of_them / $2::float8)::bigint) = 0 ORDER BY size`;
  return (await client.query<Head>(text, [size, HEADS_MOST])).rows;
}

interface Chosen {
  readonly scope: BundleScope;
  readonly choice: LeafChoice;
}

interface Counts {
  readonly leaves: number;
  readonly events: number;
  readonly retired: Retired | undefined;
  /** Of a part of the log: which leaves it holds. */
  readonly indexes: readonly number[];
}

const NEWLINE = Buffer.from('\n');

async function writeLeaves(client: ClientBase, { digest, progress }: ExportSettings, { scope, choice }: Chosen, sink: BundleSink): Promise<Counts> {
  const wanted = wantedBy(digest, scope);
  const indexes: number[] = [];
  let [leaves, events] = [0, 0];
  let retired: Retired | undefined;
  // How long a chain is shows only at its end.
  const total = choice.kind === 'range' ? choice.to - choice.from : 0;
  for (const name of ['leaves.bin', 'events.ndjson', 'columns.ndjson']) await sink.append(name, new Uint8Array(0));
  for await (const page of readLeaves(client, choice)) {
    const told = page.filter(({ envelope }) => {
      const decoded = decodeEnvelope(envelope);
      return decoded === undefined || wanted(decoded);
    });
    await sink.append('leaves.bin', Buffer.concat(page.map(({ index, hash, envelope }) => leafRecord(index, hash, envelope))));
    await sink.append('events.ndjson', Buffer.concat(told.flatMap(({ bytes }) => (bytes === null ? [NEWLINE] : [bytes, NEWLINE]))));
    await sink.append('columns.ndjson', utf8Bytes(told.map(({ columns }) => `${columns}\n`).join('')));
    if (scope.kind !== 'log') for (const { index } of page) indexes.push(index);
    leaves += page.length;
    events += told.length;
    for (const leaf of told) if (leaf.bytes === null) retired = retiredWith(retired, leaf);
    await progress(leaves, total);
  }
  return { leaves, events, retired, indexes };
}

/** One more whose bytes are gone; pages come in the order of the tree. */
function retiredWith(before: Retired | undefined, { index, envelope }: ExportedLeaf): Retired {
  const recordedAt = decodeEnvelope(envelope)?.recordedAt ?? 0;
  const { events, leaves, until } = before ?? { events: 0, leaves: [index, index] as const, until: recordedAt };
  return { events: events + 1, leaves: [leaves[0], index], until: Math.max(until, recordedAt) };
}

/** The root of every 256 leaves: with them a verifier says which of the leaves a forger touched who made all hashes anew. */
async function tileRoots(reader: TreeReader, digest: Digest, size: number): Promise<Uint8Array> {
  const roots: Uint8Array[] = [];
  for (let start = 0; start < size; start += TILE_WIDTH) {
    roots.push(fold(digest, await reader.nodes(nodesOf({ start, end: Math.min(size, start + TILE_WIDTH) }))));
  }
  return concat(...roots);
}

interface Part {
  readonly client: ClientBase;
  readonly settings: ExportSettings;
  readonly reader: TreeReader;
  readonly head: Head;
  readonly heads: readonly Head[];
  readonly scope: BundleScope;
  readonly indexes: readonly number[];
}

async function writeProofs({ client, settings, reader, head, heads, scope, indexes }: Part, sink: BundleSink): Promise<void> {
  await sink.append('proofs.bin', concat(...(await reader.nodes(multiproofNodes(indexes, head.size)))));
  const proofs: object[] = [];
  for (const { size } of heads) {
    if (size < head.size) proofs.push({ size, path: (await reader.hashes(consistencyRanges(size, head.size))).map(toBase64) });
  }
  await sink.append('consistency.json', utf8(`${JSON.stringify(proofs)}\n`));
  if (scope.kind === 'window') return;
  const { digest, openTag } = settings;
  const { patient, actor } = scope;
  const [kind, key] = patient === undefined ? (['actor', actorKey(actor?.issuer ?? '', actor?.subject ?? '')] as const) : (['patient', patient.key] as const);
  const map = new TagMap(digest, await chainEnds(client, kind === 'patient' ? 42 : 114, head.size));
  await sink.append('map.json', utf8(`${JSON.stringify(mapJson(map.prove(tagOf(digest, kind, key, openTag(kind, key)))))}\n`));
}
