import type { PatientId } from '@concord/core/clinical';
import type { Page, Paged, PatientStore } from '@concord/core/ports';
import { patientPlace } from '../places.ts';
import { asPatientId } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';
import { Filter, searchPage } from './filter.ts';
import { identifierIndex } from './identifiers.ts';
import { pageSize } from './paging.ts';
import { KNOWN_PATIENT_FROM, PATIENT_COLUMNS, PATIENT_FROM, type PatientContent, type PatientRow } from './patient-row.ts';
import { birthTerm, normalName, prefixTerm } from './search-terms.ts';
import { openJson } from './sealed-json.ts';

type Query = Parameters<PatientStore['search']>[0];

/** How many patients are opened to compare a name whose first letters agree. */
const CANDIDATES_MAX = 1_000;

const SEARCH = { columns: PATIENT_COLUMNS, from: PATIENT_FROM, moment: 'o.created_at', momentOf: (row: PatientRow) => row.created_at };

/** Rows of one page; nothing is handed out yet. By name only as far as blind indexes go: the beginning of a family name. */
export async function searchPatients(tx: Transaction, query: Query, page: Page): Promise<Paged<PatientRow>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o'), 'v.retracted_at IS NULL', 'v.superseded_at IS NULL');
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.id IN (SELECT patient_id FROM patient_identifiers WHERE value_index = ?)', query.identifier && identifierIndex(tx, query.identifier));
  filter.where(TERM, query.birthDate === undefined ? undefined : birthTerm(tx.keyring, query.birthDate));
  if (query.family === undefined) return searchPage<PatientRow>(tx, SEARCH, filter, page);
  const begins = normalName(query.family);
  if (begins === '') return { items: [], total: 0 };
  // Shorter than the indexed prefix there is no term that narrows: every reachable patient is compared.
  if (begins.length >= 3) filter.where(TERM, prefixTerm(tx.keyring, begins));
  return byName(tx, filter, begins, page);
}

/** One patient, as of a version or as they stand: `$4` to `$6` are id, version, and the pseudonym where it was told before. */
const one = (from: string): string => `SELECT ${PATIENT_COLUMNS} FROM ${from} WHERE ${reachable('o')} AND o.id = $4
  AND v.retracted_at IS NULL AND (v.version = $5::int OR ($5::int IS NULL AND v.superseded_at IS NULL))`;
const ONE = one(PATIENT_FROM);
const KNOWN = one(KNOWN_PATIENT_FROM);

export async function findPatient(tx: Transaction, id: PatientId, version: number | undefined): Promise<PatientRow | undefined> {
  const key = tx.knownKey(id);
  const values = [...tx.reachValues, id, version ?? null];
  const [row] = key === undefined ? await tx.rows<PatientRow>('patient', ONE, values) : await tx.rows<PatientRow>('known-patient', KNOWN, [...values, key]);
  return row;
}

const TERM = 'o.id IN (SELECT patient_id FROM patient_search_terms WHERE term_index = ?)';

async function byName(tx: Transaction, filter: Filter, begins: string, page: Page): Promise<Paged<PatientRow>> {
  const { items } = await searchPage<PatientRow>(tx, SEARCH, filter, { count: CANDIDATES_MAX });
  await tx.readDataKeys(items.map(({ id }) => asPatientId(id)));
  const named = [];
  for (const row of items) if (await isNamed(tx, row, begins)) named.push(row);
  const start = page.after === undefined ? 0 : named.findIndex(({ id }) => id === page.after) + 1;
  const shown = named.slice(start, start + pageSize(page));
  const last = shown.at(-1);
  return start + shown.length < named.length && last !== undefined
    ? { items: shown, total: named.length, next: last.id }
    : { items: shown, total: named.length };
}

async function isNamed(tx: Transaction, row: PatientRow, begins: string): Promise<boolean> {
  const content = await openJson<PatientContent>(tx, asPatientId(row.id), { place: patientPlace(row.id, row.version), sealed: row.sealed });
  return [content.family, ...content.family.split(/[\s-]+/)].some((name) => normalName(name).startsWith(begins));
}
