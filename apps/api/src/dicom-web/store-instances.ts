import type { ImageValue, PatientId, ReceivedImage, Sha256 } from '@concord/core/clinical';
import type { AccessScope, Hash, NewImageInstance, ReconcileReason } from '@concord/core/ports';
import type { Instant, Result } from '@concord/core/kernel';
import {
  FAILURE_REASON,
  STOW_REASON,
  STOW_WARNING,
  type DicomFault,
  type DicomInstance,
  type InstanceReference,
  type StowOutcome,
} from '@concord/interop/dicom';
import { modalities } from '@concord/modalities/registry';
import { admit, checkTime } from '@concord/pipeline/ingest';
import type { ImageSource } from './sources.ts';

/** One part of a request after it was read, with the bytes as they came. */
export interface ReadPart {
  readonly bytes: Uint8Array;
  readonly read: Result<DicomInstance, DicomFault>;
}

export interface StoreContext {
  readonly scope: AccessScope;
  readonly source: ImageSource;
  readonly hash: Hash;
  /** The study that the address names; every instance must belong to it. */
  readonly study: string | undefined;
}

export interface StoredParts {
  readonly outcomes: readonly StowOutcome[];
  /** Items of the reconcile queue that were made or found. */
  readonly queued: readonly string[];
}

/** Stores what was read, part by part, in the open transaction; every patient that got something new is re-scored once. */
export async function storeInstances(parts: readonly ReadPart[], context: StoreContext): Promise<StoredParts> {
  const stored: Stored[] = [];
  for (const part of parts) stored.push(await storeOne(part, context));
  const changed = new Set(stored.flatMap(({ changed: patient }) => patient ?? []));
  for (const patientId of changed) {
    await context.scope.patients.raiseRevision(patientId);
    await context.scope.jobs.assess(patientId);
  }
  return { outcomes: stored.map(({ outcome }) => outcome), queued: stored.flatMap(({ queued }) => queued ?? []) };
}

interface Stored {
  readonly outcome: StowOutcome;
  readonly changed?: PatientId;
  readonly queued?: string;
}

async function storeOne({ bytes, read }: ReadPart, context: StoreContext): Promise<Stored> {
  if (!read.ok) return { outcome: refused(read.error) };
  const instance = read.value;
  const reference = referenceOf(instance);
  if (context.study !== undefined && context.study !== reference.studyInstanceUid) {
    return { outcome: failed(reference, STOW_REASON.otherStudy, 'the instance belongs to another study than the address names') };
  }
  const owner = await ownerOf(instance, context);
  if (owner.kind === 'refuse') return { outcome: failed(reference, FAILURE_REASON['does-not-match'], owner.reason) };
  const kept = withoutPreamble(bytes);
  noteOriginal(context, reference, bytes);
  return owner.kind === 'queue' ? queue({ instance, kept, reason: owner.reason }, context) : keep({ instance, kept, ...owner }, context);
}

function refused({ kind, reason }: DicomFault): StowOutcome {
  return { kind: 'failed', failureReason: FAILURE_REASON[kind], unreadable: kind === 'not-dicom' || kind === 'malformed', comment: reason };
}

function failed(instance: InstanceReference, failureReason: number, comment: string): StowOutcome {
  return { kind: 'failed', instance, failureReason, unreadable: false, comment };
}

function referenceOf({ header, sopClassUid }: DicomInstance): InstanceReference {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = header;
  return { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid };
}

type Owner =
  | { readonly kind: 'patient'; readonly patientId: PatientId; readonly effectiveAt: Instant }
  | { readonly kind: 'queue'; readonly reason: ReconcileReason }
  | { readonly kind: 'refuse'; readonly reason: string };

/** By identifier under the authority of the source, never by name or birth date. */
async function ownerOf(instance: DicomInstance, { scope, source }: StoreContext): Promise<Owner> {
  const { patientId: value, issuerOfPatientId, time } = instance;
  if (issuerOfPatientId !== undefined && issuerOfPatientId !== source.authority) return { kind: 'queue', reason: 'foreign-authority' };
  const patientId = value === undefined ? undefined : await scope.patients.match({ system: source.authority, value });
  if (patientId === undefined) return { kind: 'queue', reason: 'unknown-identifier' };
  if (time.kind !== 'known') return { kind: 'queue', reason: time.kind === 'ambiguous' ? 'ambiguous-time' : 'impossible-time' };
  const checked = checkTime(time.at, scope.now, undefined);
  if (!checked.ok) return { kind: 'refuse', reason: 'the image is dated more than five minutes ahead' };
  const known = await scope.imaging.studies({ studyInstanceUid: instance.header.studyInstanceUid }, { count: 2 });
  if (known.items.some((study) => study.patientId !== patientId)) return { kind: 'queue', reason: 'wrong-patient' };
  return { kind: 'patient', patientId, effectiveAt: time.at };
}

/** PS3.10 7.1 gives the preamble no meaning, so it may be a program: 128 zero bytes are kept in its place. */
function withoutPreamble(bytes: Uint8Array): Uint8Array {
  return bytes.slice().fill(0, 0, 128);
}

function noteOriginal({ scope, hash }: StoreContext, { sopInstanceUid }: InstanceReference, bytes: Uint8Array): void {
  scope.audit.note({ objects: [`urn:oid:${sopInstanceUid}`], detail: { received: { [sopInstanceUid]: hash(bytes) } } });
}

interface Arrived {
  readonly instance: DicomInstance;
  readonly kept: Uint8Array;
}

/** Taken and acknowledged, seen by nobody but who works the queue, never scored. */
async function queue({ instance, kept, reason }: Arrived & { readonly reason: ReconcileReason }, { scope, source }: StoreContext): Promise<Stored> {
  const blob = await scope.blobs.put(kept, undefined);
  const value = instance.patientId;
  const identifiers = value === undefined ? [] : [{ system: instance.issuerOfPatientId ?? source.authority, value }];
  const waiting = (await scope.reconcile.list({ count: 100 })).items.find((item) => item.blob === blob && item.state === 'open');
  const item = waiting ?? (await scope.reconcile.add({ sourceId: source.id, reason, door: 'stow', blob, identifiers }));
  return { outcome: { kind: 'stored', instance: referenceOf(instance), warningReason: STOW_WARNING }, queued: item.id };
}

async function keep(arrived: Arrived & { readonly patientId: PatientId; readonly effectiveAt: Instant }, context: StoreContext): Promise<Stored> {
  const { instance, kept, patientId } = arrived;
  const { scope } = context;
  const blob = await scope.blobs.put(kept, patientId);
  const put = await scope.imaging.put(recordOf({ ...arrived, blob }, context));
  const reference = referenceOf(instance);
  if (put.kind === 'conflict') return { outcome: failed(reference, STOW_REASON.duplicate, 'another file is kept under this SOP Instance UID') };
  return { outcome: { kind: 'stored', instance: reference }, ...(put.kind === 'created' && { changed: patientId }) };
}

type Keepable = Arrived & { readonly patientId: PatientId; readonly effectiveAt: Instant; readonly blob: Sha256 };

function recordOf({ instance, kept, patientId, effectiveAt, blob }: Keepable, { scope, source }: StoreContext): NewImageInstance {
  const { sopClassUid, header, dicomJson, pixels, labels, unusedReason: undecoded } = instance;
  const arrival = { sourceId: source.id, subject: patientId, blob, effectiveAt, receivedAt: scope.now };
  const picture = { ...(pixels && { pixels }), ...(undecoded !== undefined && { unusedReason: undecoded }) };
  const { modality, value } = observed({ kind: 'image', ...arrival, sopClassUid, header, ...picture });
  return {
    ...{ patientId, sopClassUid, modality, header, dicomJson, effectiveAt, blob, sourceId: source.id, byteLength: kept.length },
    ...labels,
    ...picture,
    ...seenAs(value, undecoded),
  };
}

function seenAs(value: ImageValue | undefined, undecoded: string | undefined): Pick<NewImageInstance, 'derived' | 'prepared' | 'unusedReason'> {
  if (value === undefined) return { derived: null, unusedReason: undecoded ?? 'No model reads this kind of object.' };
  const { derived, prepared, unusedReason } = value;
  return { derived, ...(prepared && { prepared }), ...(unusedReason !== undefined && { unusedReason }) };
}

/** What a modality makes of the image; a file that none reads is kept all the same. */
function observed(received: ReceivedImage): { readonly modality: NewImageInstance['modality']; readonly value: ImageValue | undefined } {
  const admitted = admit(received, modalities);
  if (!admitted.ok) return { modality: undefined, value: undefined };
  return { modality: admitted.value.modality, value: admitted.value.observations.map(({ value }) => value).find(isImage) };
}

function isImage(value: unknown): value is ImageValue {
  return typeof value === 'object' && value !== null && 'header' in value && 'derived' in value;
}
