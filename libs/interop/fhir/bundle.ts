import { err, ok, parseInstant, type Instant, type Result } from '@concord/core/kernel';
import type { Identifier } from '@concord/core/clinical';
import { isObject, WRITABLE } from './form.ts';
import { issue, under, type Issue } from './issue.ts';
import type { Read } from './present.ts';
import { readConditional } from './read-parts.ts';
import { parseWith, readResource } from './read-resource.ts';
import { bundleSchema } from './schemas.ts';
import type { SentResource } from './sent.ts';
import type { JsonDocument, JsonValue, Span } from './strict-json.ts';

/** More entries would hold one transaction, and its locks, for too long. */
export const ENTRIES_MAX = 2000;

export interface SentEntry {
  readonly fullUrl?: string;
  /** What the entry asks to create, or what is wrong with it. */
  readonly resource: Read<SentResource>;
  /** Where the entry stood in the text. */
  readonly span?: Span;
}

export interface SentBundle {
  readonly type: 'transaction' | 'batch';
  /** When the sender put it together. */
  readonly sentAt?: Instant;
  readonly entries: readonly SentEntry[];
}

/** Reads a transaction or a batch; the errors of one entry stay with that entry. */
export function readBundle(document: JsonDocument): Result<SentBundle, readonly Issue[]> {
  const { value } = document;
  if (!isObject(value)) return err([issue('structure', 'a Bundle is a JSON object')]);
  const raw = value['entry'];
  const given: readonly JsonValue[] = Array.isArray(raw) ? raw : [];
  if (given.length > ENTRIES_MAX) return err([issue('too-costly', `more than ${ENTRIES_MAX} entries`, 'Bundle.entry')]);
  const parsed = parseWith(bundleSchema, value, 'Bundle');
  if (!parsed.ok) return parsed;
  const sent = parsed.value;
  const entries = (sent.entry ?? []).map((entry, index): SentEntry => {
    const span = document.spans.get(given[index] ?? null);
    return {
      ...(entry.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl }),
      ...(span === undefined ? {} : { span }),
      resource: readEntry(entry.request, memberOf(given[index], 'resource'), index),
    };
  });
  if (hasTwin(entries)) return err([issue('invariant', 'two entries have the same fullUrl (bdl-7)', 'Bundle.entry')]);
  const sentAt = sent.timestamp === undefined ? undefined : parseInstant(sent.timestamp);
  return ok({ type: sent.type, entries, ...(sentAt?.ok === true ? { sentAt: sentAt.value } : {}) });
}

interface EntryRequest {
  readonly method: string;
  readonly url: string;
  readonly ifNoneExist?: string | undefined;
}

function readEntry(request: EntryRequest, resource: JsonValue | undefined, index: number): Read<SentResource> {
  const place = `Bundle.entry[${index}]`;
  if (request.method !== 'POST') return err([issue('not-supported', 'only POST is taken in a bundle', `${place}.request.method`)]);
  if (resource === undefined) return err([issue('required', 'the resource is missing', `${place}.resource`)]);
  const read = readResource(resource);
  if (!read.ok) return err(under(`${place}.resource`, read.error));
  if (request.url !== read.value.type) return err([issue('value', 'the url is the type of the resource', `${place}.request.url`)]);
  if (request.ifNoneExist !== undefined && !isOwnIdentifier(request.ifNoneExist, read.value))
    return err([issue('not-supported', 'If-None-Exist is identifier=system|value of the resource itself', `${place}.request.ifNoneExist`)]);
  return read;
}

/** A condition that says what the natural key says anyway: the resource's own identifier. */
export function isOwnIdentifier(condition: string, resource: SentResource): boolean {
  const wanted = readConditional(condition);
  return wanted !== undefined && identifiersOf(resource).some(({ system, value }) => system === wanted.system && value === wanted.value);
}

function identifiersOf(resource: SentResource): readonly Identifier[] {
  if (resource.type === 'Patient' || resource.type === 'Encounter') return resource.identifiers;
  return resource.identifier === undefined ? [] : [resource.identifier];
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) ? value[name] : undefined;
}

function hasTwin(entries: readonly SentEntry[]): boolean {
  const urls = entries.flatMap(({ fullUrl }) => fullUrl ?? []);
  return new Set(urls).size < urls.length;
}

/** In the order in which one can point to another: people, stays, then what was found. */
export function inOrder<T>(items: readonly T[], typeOf: (item: T) => SentResource['type']): readonly T[] {
  return [...items].sort((a, b) => WRITABLE.indexOf(typeOf(a)) - WRITABLE.indexOf(typeOf(b)));
}

export interface EntryAnswer {
  readonly status: string;
  readonly location?: string;
  readonly etag?: string;
  readonly lastModified?: Instant;
  readonly outcome?: unknown;
}

/** `transaction-response` or `batch-response`, one entry for each that was sent and in its order. */
export function responseBundle(type: SentBundle['type'], answers: readonly EntryAnswer[]) {
  return { resourceType: 'Bundle' as const, type: `${type}-response` as const, entry: answers.map((response) => ({ response })) };
}
