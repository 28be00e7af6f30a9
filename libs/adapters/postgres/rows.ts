import { createHash, randomUUID } from 'node:crypto';
import type { AssessmentId, EncounterId, ModalityKind, PatientId, ReportId, Sha256, SourceId, WardId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';

/** The pseudonym under which a patient's clinical rows are stored; it never leaves the adapter. */
export type PatientKey = string & { readonly __key: 'PatientKey' };

// Smart constructors: what the database holds in these columns was checked when it was stored.
export const asPatientId = (text: string): PatientId => text as PatientId;
export const asPatientKey = (text: string): PatientKey => text as PatientKey;
export const asEncounterId = (text: string): EncounterId => text as EncounterId;
export const asReportId = (text: string): ReportId => text as ReportId;
export const asAssessmentId = (text: string): AssessmentId => text as AssessmentId;
export const asSourceId = (text: string): SourceId => text as SourceId;
export const asWardId = (text: string): WardId => text as WardId;
export const asModality = (text: string): ModalityKind => text as ModalityKind;
export const asSha256 = (bytes: Uint8Array): Sha256 => Buffer.from(bytes).toString('hex') as Sha256;
/** A column that a check or the store itself limits to the union. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the union of the column
export const asOneOf = <T extends string>(text: string): T => text as T;
/** JSON that this adapter wrote, read back under the type it was written from. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the type it wrote
export const asWritten = <T>(json: unknown): T => json as T;

export function bytesOf(hash: Sha256): Buffer {
  return Buffer.from(hash, 'hex');
}

/** Milliseconds, as everything here keeps time. */
export function at(moment: Date): Instant {
  return instant(moment.getTime());
}

export function date(moment: Instant): Date {
  return new Date(moment);
}

export function dateOrNull(moment: Instant | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], null | undefined> };

/** Leaves out what is NULL, so that an absent value is an absent property. */
export function given<T extends Readonly<Record<string, unknown>>>(values: T): Given<T> {
  return asWritten(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)));
}

/** An id that follows from what it names: the same natural key is the same row, whoever stores it first. */
export function idFrom(...parts: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  // RFC 9562, version 8: a UUID whose bits are ours to choose.
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return dashed(digest);
}

/** RFC 9562, version 7: ordered by time, so that an index of them grows at its end. */
export function timeOrderedId(now: Instant): string {
  const time = now.toString(16).padStart(12, '0');
  // Version 4 keeps a store of random bits; what follows its first 48 is the same in version 7, but for the digit that says which.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function dashed(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
