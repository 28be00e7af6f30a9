import type { Digest, Signer } from '@concord/core/ports';
import { concat, fromBase64, sameBytes, toBase64, uint64, utf8 } from './bytes.ts';
import type { Envelope } from './envelope.ts';
import { actorKey, tagOf } from './log.ts';
import type { EntryProof, TagProof } from './tag-map.ts';

/** The form of a signed export; `docs/how-to/verify-an-audit-export.md` describes it file by file. */
export const BUNDLE_FORMAT = 'concord-audit-bundle/1';

/** A name whose tag the export opens, so that a reader can check that the tag is this name's. Opening in base64. */
export interface OpenedPatient {
  readonly key: string;
  readonly opening: string;
}
export interface OpenedActor {
  readonly issuer: string;
  readonly subject: string;
  readonly opening: string;
}

/** What an export holds: the whole log, the leaves around a window of time, or one whole chain; and which events' bytes. */
export interface BundleScope {
  readonly kind: 'log' | 'window' | 'patient' | 'actor';
  readonly patient?: OpenedPatient;
  readonly actor?: OpenedActor;
  /** Milliseconds since 1970; from is within, to is not. */
  readonly from?: number;
  readonly to?: number;
}

export interface BundleFile {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface BundleManifest {
  readonly origin: string;
  /** Events in the log at the export's head. */
  readonly size: number;
  readonly scope: BundleScope;
  readonly requester: string;
  readonly purpose: string;
  readonly leaves: number;
  readonly events: number;
  /** Events whose bytes retention took; their leaves are here. Absent when there are none. */
  readonly retired?: Retired;
  readonly files: Readonly<Record<string, BundleFile>>;
}

export interface Retired {
  readonly events: number;
  /** First and last leaf without bytes; others between them may have theirs. */
  readonly leaves: readonly [number, number];
  /** When the youngest of them was recorded; milliseconds since 1970. */
  readonly until: number;
}

/** One text for one manifest: fields in this order, files by name. Nothing in it is of the moment of the export. */
export function manifestText({ origin, size, scope, requester, purpose, leaves, events, retired, files }: BundleManifest): string {
  const named = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ format: BUNDLE_FORMAT, origin, size, scope, requester, purpose, leaves, events, ...(retired === undefined ? {} : { retired }), files: named }, undefined, 1)}\n`;
}

/** The detached signature over a manifest, as a line of base64. */
export function signManifest(manifest: string, signer: Signer): string {
  return `${toBase64(signer.sign(concat(utf8('concord-audit-manifest/1\n'), utf8(manifest))))}\n`;
}

/** `index ‖ leaf hash ‖ envelope`: 225 bytes. */
export function leafRecord(index: number, hash: Uint8Array, envelope: Uint8Array): Uint8Array {
  return concat(uint64(index), hash, envelope);
}

/** Which leaves' events a bundle must hold; what the verifier decides from the leaf alone. */
export function wantedBy(digest: Digest, { patient, actor, from = -Infinity, to = Infinity }: BundleScope): (envelope: Envelope) => boolean {
  const tags = {
    patient: patient && tagOf(digest, 'patient', patient.key, openingOf(patient)),
    actor: actor && tagOf(digest, 'actor', actorKey(actor.issuer, actor.subject), openingOf(actor)),
  };
  return (envelope) =>
    envelope.recordedAt >= from &&
    envelope.recordedAt < to &&
    (tags.patient === undefined || sameBytes(envelope.patient.tag, tags.patient)) &&
    (tags.actor === undefined || sameBytes(envelope.actor.tag, tags.actor));
}

function openingOf({ opening }: { readonly opening: string }): Uint8Array {
  return fromBase64(opening) ?? new Uint8Array(0);
}

/** A proof of the map as JSON holds it. */
export function mapJson({ entry, before, after }: TagProof): object {
  return {
    ...(entry === undefined ? {} : { entry: entryJson(entry) }),
    ...(before === undefined ? {} : { before: entryJson(before) }),
    ...(after === undefined ? {} : { after: entryJson(after) }),
  };
}

function entryJson({ index, end, path }: EntryProof): object {
  return { index, tag: toBase64(end.tag), count: end.count, last: toBase64(end.last), path: path.map(toBase64) };
}
