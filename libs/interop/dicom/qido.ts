import { err, instant, ok, type Instant, type Result } from '@concord/core/kernel';
import { isUid } from './limits.ts';

/** A QIDO-RS search, PS3.18 8.3.4 and 10.6. */
export interface QidoQuery {
  readonly studyInstanceUid?: string;
  readonly seriesInstanceUid?: string;
  readonly sopInstanceUid?: string;
  readonly accession?: string;
  readonly modality?: string;
  /** Study date, inclusive; a day begins at 00:00 UTC. */
  readonly from?: Instant;
  readonly to?: Instant;
  readonly limit: number;
  readonly offset: number;
  /** Keys that exist but are not matched here: the answer warns. */
  readonly ignored: readonly string[];
}

const LIMIT_MOST = 200;
const OFFSET_MOST = 1_000;

type Part = Partial<Omit<QidoQuery, 'limit' | 'offset' | 'ignored'>>;
type Read = (value: string) => Part | undefined;

const uid =
  (name: 'studyInstanceUid' | 'seriesInstanceUid' | 'sopInstanceUid'): Read =>
  (value) =>
    isUid(value) ? { [name]: value } : undefined;
const code =
  (name: 'accession' | 'modality'): Read =>
  (value) =>
    /^[\w .^-]{1,16}$/.test(value) ? { [name]: value } : undefined;

/** Matching keys by keyword and by tag. */
const KEYS: Readonly<Partial<Record<string, Read>>> = {
  StudyInstanceUID: uid('studyInstanceUid'),
  '0020000D': uid('studyInstanceUid'),
  SeriesInstanceUID: uid('seriesInstanceUid'),
  '0020000E': uid('seriesInstanceUid'),
  SOPInstanceUID: uid('sopInstanceUid'),
  '00080018': uid('sopInstanceUid'),
  AccessionNumber: code('accession'),
  '00080050': code('accession'),
  ModalitiesInStudy: code('modality'),
  '00080061': code('modality'),
  Modality: code('modality'),
  '00080060': code('modality'),
  StudyDate: dates,
  '00080020': dates,
};

/** Keys that name a person. They would stand in addresses, histories and logs; a patient's studies are found by their page. */
const NAMING = /^(Patient(Name|ID|BirthDate)|OtherPatient.*|IssuerOfPatientID|0010[0-9A-F]{4})$/i;

/** Accepted and without effect: everything is included, nothing is fuzzy. */
const TOLERATED = /^(includefield|fuzzymatching|emptyvaluematching|multiplevaluematching)$/;

/** @returns in words what is wrong with the query; it never repeats a value. */
export function parseQido(parameters: Iterable<readonly [string, string]>): Result<QidoQuery, string> {
  let query: QidoQuery = { limit: 100, offset: 0, ignored: [] };
  for (const [key, value] of parameters) {
    const part = parameter(key, value);
    if (typeof part === 'string') return err(part);
    query = { ...query, ...part, ignored: [...query.ignored, ...(part.ignored ?? [])] };
  }
  return query.offset > OFFSET_MOST ? err(`offset is larger than ${OFFSET_MOST}.`) : ok(query);
}

/** What one parameter adds to the query, or what is wrong with it. */
function parameter(key: string, value: string): Partial<QidoQuery> | string {
  if (NAMING.test(key)) return 'Names, identifiers and dates of birth do not stand in an address here.';
  const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (read) return read(value) ?? `The value of ${key} cannot be matched.`;
  if (key === 'limit' || key === 'offset') return paging(key, value);
  if (TOLERATED.test(key)) return {};
  return /^([A-Z][A-Za-z]{2,63}|[0-9A-F]{8})$/.test(key) ? { ignored: [key] } : 'A key of the query is neither a keyword nor a tag.';
}

function paging(key: 'limit' | 'offset', value: string): Partial<QidoQuery> | string {
  if (!/^\d{1,6}$/.test(value)) return `${key} is not a whole number from 0.`;
  return { [key]: key === 'limit' ? Math.min(LIMIT_MOST, Number(value)) : Number(value) };
}

/** One day, or a range with either end open. */
function dates(value: string): Part | undefined {
  const [, day, first = day, last = day] = /^(?:(\d{8})|(?=.*\d)(\d{8})?-(\d{8})?)$/.exec(value) ?? [];
  const [from, to] = [dayStart(first), dayStart(last)];
  if (from === undefined && to === undefined) return undefined;
  if (from === null || to === null) return undefined;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to: instant(to + 86_399_999) }) };
}

/** undefined for an open end, null for a day that no calendar has. */
function dayStart(text: string | undefined): Instant | null | undefined {
  if (text === undefined) return undefined;
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00.000Z`;
  const moment = Date.parse(iso);
  return Number.isNaN(moment) || new Date(moment).toISOString() !== iso ? null : instant(moment);
}
