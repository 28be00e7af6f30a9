import { randomUUID } from 'node:crypto';
import type { Identifier, PatientId } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { NewPatient, Page, Paged, PatientRecord, PatientStore, Stored } from '@concord/core/ports';
import { patientIdentifierPlace, patientPlace } from '../places.ts';
import { asPatientId, asPatientKey, at, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { identifierIndex } from './identifiers.ts';
import { toRecord, type PatientContent } from './patient-row.ts';
import { findPatient, searchPatients } from './patient-search.ts';
import { contentMac, sealJson } from './sealed-json.ts';
import { searchTerms } from './search-terms.ts';

export function patientStore(tx: Transaction): PatientStore {
  return {
    match: (identifier) => match(tx, identifier),
    matchId: (id) => matchId(tx, id),
    create: (record) => create(tx, record),
    read: (id, version) => read(tx, id, version),
    search: (query, page) => search(tx, query, page),
    raiseRevision: async (id) => {
      await tx.lock([id]);
      return (await tx.raise(id)).revision;
    },
  };
}

async function match(tx: Transaction, identifier: Identifier): Promise<PatientId | undefined> {
  const index = identifierIndex(tx, identifier);
  await tx.rows('look-up', "SELECT set_config('app.lookup', $1, true)", [index.toString('hex')]);
  const [row] = await tx.rows<{ patient_id: string }>('match-identifier', 'SELECT patient_id FROM patient_identifiers WHERE value_index = $1', [index]);
  return row === undefined ? undefined : matchId(tx, asPatientId(row.patient_id));
}

async function matchId(tx: Transaction, id: PatientId): Promise<PatientId | undefined> {
  await tx.allowWrites(id, undefined);
  const key = await tx.keyOf(id);
  if (key === undefined) return undefined;
  await tx.allowWrites(id, key);
  return id;
}

async function create(tx: Transaction, record: NewPatient): Promise<Stored<PatientId>> {
  invariant(record.identifiers.length > 0, 'a patient without an identifier is refused by the door');
  const indexes = record.identifiers.map((identifier) => identifierIndex(tx, identifier).toString('hex')).sort();
  // Equal patients sent at once wait here for the first, and then find it. In one order, so that nobody waits in a circle.
  for (const index of indexes) await tx.rows('lock-identifier', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [index]);
  const matched = new Set<PatientId>();
  for (const identifier of record.identifiers) {
    const found = await match(tx, identifier);
    if (found !== undefined) matched.add(found);
  }
  const [known, ...others] = [...matched];
  if (known === undefined) return { kind: 'created', id: await insert(tx, record), version: 1 };
  if (others.length > 0) return { kind: 'conflict', id: known };
  return compare(tx, known, record);
}

async function compare(tx: Transaction, id: PatientId, record: NewPatient): Promise<Stored<PatientId>> {
  const mac = await contentMac(tx, id, contentOf(record));
  const text = 'SELECT version, content_mac FROM patient_versions WHERE patient_id = $1 ORDER BY version DESC LIMIT 1';
  const [newest] = await tx.rows<{ version: number; content_mac: Buffer }>('patient-content', text, [id]);
  // Written by another source: it cannot be compared here, and is not this source's to change.
  if (newest?.content_mac.equals(mac) !== true) return { kind: 'conflict', id };
  tx.touched.add(tx.writeKey(id));
  return { kind: 'repeated', id, version: newest.version };
}

function contentOf({ family, given: givenNames, demographics, identifiers }: NewPatient): PatientContent {
  return { family, given: givenNames, demographics, identifiers };
}

async function insert(tx: Transaction, record: NewPatient): Promise<PatientId> {
  const id = asPatientId(randomUUID());
  const key = asPatientKey(randomUUID());
  const { sourceId } = tx;
  await tx.allowWrites(id, key);
  const [clock] = await tx.rows<{ now: Date }>('clock', "SELECT date_trunc('milliseconds', clock_timestamp()) AS now", []);
  const now = clock?.now ?? date(tx.now);
  tx.begin(id, { revision: 1, at: at(now) });
  const available = date(tx.availableAt({ revision: 1, at: at(now) }, record.availableAt));
  // In the store before the row is committed: a key without a patient is swept, a patient without a key would be lost.
  tx.keepDataKey(id, await tx.keyring.makeKeys(id));
  const content = contentOf(record);
  await tx.rows(
    'patient-insert',
    'INSERT INTO patients (id, version, revision, demo_kind, source_id, created_at, updated_at) VALUES ($1, 1, 1, $2, $3, $4, $5)',
    [id, record.demoKind ?? null, sourceId, available, now],
  );
  await tx.rows('link-insert', 'INSERT INTO patient_links (patient_id, patient_key, version, source_id, linked_at) VALUES ($1, $2, 1, $3, $4)', [
    id,
    key,
    sourceId,
    now,
  ]);
  await tx.rows('key-insert', 'INSERT INTO patient_keys (patient_id, version, source_id) VALUES ($1, 1, $2)', [id, sourceId]);
  await tx.rows(
    'version-insert',
    'INSERT INTO patient_versions (patient_id, version, sealed, content_mac, revision, available_at, source_id) VALUES ($1, 1, $2, $3, 1, $4, $5)',
    [id, await sealJson(tx, id, { place: patientPlace(id, 1), content }), await contentMac(tx, id, content), available, sourceId],
  );
  await insertLookUps(tx, id, content);
  return id;
}

async function insertLookUps(tx: Transaction, id: PatientId, content: PatientContent): Promise<void> {
  for (const identifier of content.identifiers) {
    const sealed = await sealJson(tx, id, { place: patientIdentifierPlace(id), content: identifier });
    await tx.rows('identifier-insert', 'INSERT INTO patient_identifiers (value_index, patient_id, system, sealed, source_id) VALUES ($1, $2, $3, $4, $5)', [
      identifierIndex(tx, identifier),
      id,
      identifier.system,
      sealed,
      tx.sourceId,
    ]);
  }
  const terms = searchTerms(tx.keyring, content);
  await tx.rows('terms-insert', 'INSERT INTO patient_search_terms (patient_id, term_index, source_id) SELECT $1, t, $3 FROM unnest($2::bytea[]) t', [
    id,
    terms,
    tx.sourceId,
  ]);
}

async function read(tx: Transaction, id: PatientId, version: number | undefined): Promise<PatientRecord | undefined> {
  const row = await findPatient(tx, id, version);
  return row === undefined ? undefined : toRecord(tx, row);
}

async function search(tx: Transaction, query: Parameters<PatientStore['search']>[0], page: Page): Promise<Paged<PatientRecord>> {
  const found = await searchPatients(tx, query, page);
  await tx.readDataKeys(found.items.map(({ id }) => asPatientId(id)));
  const items = [];
  for (const row of found.items) items.push(await toRecord(tx, row));
  return { ...found, items };
}
