import { createHash } from 'node:crypto';
import type { Signer } from '@concord/core/ports';
import { createSigner, createTagOpener, digest } from '@concord/adapters/crypto';
import {
  actorKey,
  AuditLog,
  consistencyRanges,
  cosign,
  EMPTY,
  fold,
  formatCheckpoint,
  formatKey,
  grow,
  leafRecord,
  manifestText,
  mapJson,
  multiproofNodes,
  nodesOf,
  rootOf,
  signManifest,
  signNote,
  TagMap,
  tagOf,
  toBase64,
  wantedBy,
  decodeEnvelope,
  type BundleScope,
  type Leaf,
  type LogEvent,
  type Node,
} from '@concord/governance/audit';

export const LOG: Signer = createSigner('concord/audit/sample', new Uint8Array(32).fill(1));
export const WITNESS: Signer = createSigner('concord/witness/sample', new Uint8Array(32).fill(2));
export const RECEIPTS: Signer = createSigner('concord/receipts/sample', new Uint8Array(32).fill(3));
export const FORGER: Signer = createSigner('concord/audit/sample', new Uint8Array(32).fill(9));
export const openTag = createTagOpener(new Uint8Array(32).fill(4));
export const publicKeys = {
  log: [formatKey(digest, { ...LOG, type: 'signature' })],
  receipt: [formatKey(digest, { ...RECEIPTS, type: 'signature' })],
  witness: [formatKey(digest, { ...WITNESS, type: 'cosignature' })],
};
const START = Date.UTC(2026, 10, 27);
export const ISSUER = 'concord';

export interface SampleEvent {
  readonly bytes: Buffer;
  readonly columns: string;
  readonly patientKey: string | undefined;
  readonly subject: string;
  readonly recordedAt: number;
}

/** A log in memory: made by the code that makes the real one, with everything a bundle is cut from. */
export interface SampleLog {
  readonly events: readonly SampleEvent[];
  readonly leaves: readonly Leaf[];
  /** Signed heads, the last one over everything. */
  readonly heads: readonly { readonly size: number; readonly note: string }[];
  /** Root of a complete subtree. */
  hash(node: Node): Uint8Array;
}

export const patientKeyOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const idOf = (n: number): string => `0199aaaa-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** Event `n`: every seventh is about nobody, patients and people recur unevenly, as they do on a ward. */
export function sampleEvent(n: number, people: { readonly patients: number; readonly actors: number }, recordedAt = START + n * 250): SampleEvent {
  const draw = createHash('sha256').update(`draw ${n}`).digest();
  const patientKey = n % 7 === 6 ? undefined : patientKeyOf(draw.readUInt32BE(0) % people.patients);
  const subject = `u${draw.readUInt32BE(4) % people.actors}`;
  const event = {
    action: 'R',
    actor: { issuer: ISSUER, login: subject, name: `Person ${subject}`, roles: ['physician'], subject },
    category: 'rest',
    clientId: 'concord-web',
    detail: { entry: 'GET /fhir/R4/Patient/:id', relationship: 'ward', tokenId: `t${n}` },
    eventId: idOf(n),
    ip: '127.0.0.1',
    legalBasis: 'ward-staff',
    objects: [`Observation/${idOf(n)}`],
    outcome: 0,
    ...(patientKey === undefined ? {} : { patientKey }),
    purpose: 'TREAT',
    recordedAt,
    requestId: `req-${n}`,
    resource: 'Patient',
    subtype: 'read',
    unitId: idOf(n),
    unitPart: 'open',
  };
  return { bytes: Buffer.from(JSON.stringify(event)), columns: columnsOf(event), patientKey, subject, recordedAt };
}

type Said = Readonly<Record<string, unknown>> & { readonly actor: Readonly<Record<string, unknown>>; readonly recordedAt: number };

function columnsOf(row: Said): string {
  const { issuer, subject, login } = row.actor;
  const { eventId, unitId, unitPart, category, subtype, action, outcome, clientId, purpose, patientKey = null, requestId } = row;
  return JSON.stringify([
    eventId,
    unitId,
    unitPart,
    row.recordedAt * 1000,
    category,
    subtype,
    action,
    outcome,
    issuer,
    subject,
    login,
    clientId,
    purpose,
    patientKey,
    requestId,
  ]);
}

const asLogged = new WeakMap<SampleEvent, LogEvent>();

export function toLogEvent(event: SampleEvent): LogEvent {
  const known = asLogged.get(event);
  if (known !== undefined) return known;
  const { bytes, patientKey, subject, recordedAt } = event;
  const actor = actorKey(ISSUER, subject);
  const logged: LogEvent = {
    eventHash: digest(bytes),
    recordedAt,
    actorTag: tagOf(digest, 'actor', actor, openTag('actor', actor)),
    ...(patientKey === undefined ? {} : { patientTag: tagOf(digest, 'patient', patientKey, openTag('patient', patientKey)) }),
  };
  asLogged.set(event, logged);
  return logged;
}

export function signedHead(log: AuditLog, at: number, signer: Signer = LOG): string {
  const text = formatCheckpoint({ origin: LOG.name, ...log.head(), time: new Date(at).toISOString() });
  return signNote(digest, text, signer) + cosign(digest, text, WITNESS, Math.floor(at / 1000));
}

export function sampleLog(events: readonly SampleEvent[], headEvery: number): SampleLog {
  const log = new AuditLog(digest);
  const leaves: Leaf[] = [];
  const heads: { size: number; note: string }[] = [];
  for (let at = 0; at < events.length; at += headEvery) {
    const batch = events.slice(at, at + headEvery);
    leaves.push(...log.extend(batch.map(toLogEvent)).leaves);
    heads.push({ size: log.size, note: signedHead(log, (batch.at(-1)?.recordedAt ?? START) + 1000) });
  }
  const nodes = new Map<string, Uint8Array>();
  grow(
    digest,
    EMPTY,
    leaves.map(({ hash }) => hash),
    ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash),
  );
  return { events, leaves, heads, hash: ({ level, index }) => nodes.get(`${level}/${index}`) ?? digest() };
}

export const openedPatient = (key: string) => ({ key, opening: toBase64(openTag('patient', key)) });
export const openedActor = (subject: string) => ({ issuer: ISSUER, subject, opening: toBase64(openTag('actor', actorKey(ISSUER, subject))) });

/** A bundle of a part of the log, or of all of it, as the exporter writes it. */
export function sampleBundle(log: SampleLog, scope: BundleScope): Map<string, Buffer> {
  const wanted = wantedBy(digest, { kind: scope.kind, ...(scope.patient ? { patient: scope.patient } : scope.actor ? { actor: scope.actor } : {}) });
  const chosen = log.leaves.filter(({ envelope }) => scope.kind === 'log' || wanted(decodeEnvelope(envelope)!));
  const told = wantedBy(digest, scope);
  const events = chosen.filter(({ envelope }) => told(decodeEnvelope(envelope)!)).map(({ index }) => log.events[index]!);
  const files = new Map<string, Buffer>([
    ['leaves.bin', Buffer.concat(chosen.map(({ index, hash, envelope }) => leafRecord(index, hash, envelope)))],
    ['events.ndjson', Buffer.concat(events.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]))],
    ['columns.ndjson', Buffer.from(events.map(({ columns }) => `${columns}\n`).join(''))],
    ['checkpoint.txt', Buffer.from(log.heads.at(-1)!.note)],
    ['anchors/checkpoints.txt', Buffer.from(log.heads.map(({ note }) => note).join(''))],
    ['pubkeys.json', Buffer.from(JSON.stringify(publicKeys))],
  ]);
  if (scope.kind === 'log') files.set('tiles.bin', tileRoots(log));
  else addProofs(files, { log, scope, indexes: chosen.map(({ index }) => index) });
  return sealed(files, { size: log.leaves.length, scope, leaves: chosen.length, events: events.length });
}

export function tileRoots({ leaves }: SampleLog): Buffer {
  const roots: Uint8Array[] = [];
  for (let at = 0; at < leaves.length; at += 256) {
    const hashes = leaves.slice(at, at + 256).map(({ hash }) => hash);
    roots.push(rootOf(digest, grow(digest, EMPTY, hashes)));
  }
  return Buffer.concat(roots);
}

function addProofs(files: Map<string, Buffer>, { log, scope, indexes }: { log: SampleLog; scope: BundleScope; indexes: readonly number[] }): void {
  const size = log.leaves.length;
  files.set('proofs.bin', Buffer.concat(multiproofNodes(indexes, size).map((node) => log.hash(node))));
  const path = (first: number) =>
    consistencyRanges(first, size).map((range) =>
      toBase64(
        fold(
          digest,
          nodesOf(range).map((node) => log.hash(node)),
        ),
      ),
    );
  files.set(
    'consistency.json',
    Buffer.from(JSON.stringify(log.heads.filter((head) => head.size < size).map((head) => ({ size: head.size, path: path(head.size) })))),
  );
  if (scope.kind === 'window') return;
  const kind = scope.patient === undefined ? 'actor' : 'patient';
  const key = scope.patient?.key ?? actorKey(ISSUER, scope.actor?.subject ?? '');
  files.set('map.json', Buffer.from(JSON.stringify(mapJson(mapOf(log.leaves, kind).prove(tagOf(digest, kind, key, openTag(kind, key)))))));
}

export function mapOf(leaves: readonly Leaf[], kind: 'patient' | 'actor'): TagMap {
  const map = new TagMap(digest);
  for (const leaf of leaves) if (leaf[kind].tag.some((byte) => byte !== 0)) map.set({ tag: leaf[kind].tag, count: leaf[kind].sequence + 1, last: leaf.hash });
  return map;
}

interface Counted {
  readonly size: number;
  readonly scope: BundleScope;
  readonly leaves: number;
  readonly events: number;
}

/** Manifest and signature over the files, as whoever holds the key would make them. */
export function sealed(files: Map<string, Buffer>, counted: Counted, signer: Signer = LOG): Map<string, Buffer> {
  const named = [...files].filter(([name]) => !name.startsWith('manifest.'));
  const list = named.map(([name, bytes]) => [name, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }] as const);
  const manifest = manifestText({ origin: LOG.name, requester: 'sample', purpose: 'HOPERAT', files: Object.fromEntries(list), ...counted });
  return new Map([...named, ['manifest.json', Buffer.from(manifest)], ['manifest.sig', Buffer.from(signManifest(manifest, signer))]]);
}
