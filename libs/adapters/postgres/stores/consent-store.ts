import type { PatientId } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ConsentRecord, ConsentStore, NewConsent, Page, Paged, Stored } from '@concord/core/ports';
import { compile } from '@concord/governance/consent';
import { consentPlace } from '../places.ts';
import { asOneOf, asPatientKey, at, date, dateOrNull, idFrom, type PatientKey } from '../rows.ts';
import { reachable, type Raised, type Transaction } from '../transaction.ts';
import { devicesOf, pauseDevice, resumeDevice } from './device-pauses.ts';
import { Filter, searchPage } from './filter.ts';
import { contentMac, openJson, sealJson } from './sealed-json.ts';

export function consentStore(tx: Transaction): ConsentStore {
  return {
    put: (record) => put(tx, record),
    read: (id, version) => read(tx, id, version),
    search: (query, page) => search(tx, query, page),
    devices: (patientId) => devicesOf(tx, patientId),
    pauseDevice: (patientId, device) => pauseDevice(tx, patientId, device),
    resumeDevice: (patientId, device) => resumeDevice(tx, patientId, device),
  };
}

interface Author {
  readonly key: PatientKey;
  readonly sourceId: string | null;
  readonly raise: () => Promise<Raised>;
}

/** A source writes for a patient it matched; anybody else for the record that row-level security takes for their own. */
async function authorOf(tx: Transaction, patientId: PatientId): Promise<Author> {
  const { sourceId } = tx.request.actor;
  if (sourceId !== undefined) return { key: tx.writeKey(patientId), sourceId, raise: () => tx.raise(patientId) };
  const key = await tx.keyOf(patientId);
  invariant(key !== undefined, 'a consent is stored for the patient who was decided about');
  return { key, sourceId: null, raise: () => tx.raiseOwn(patientId, key) };
}

async function put(tx: Transaction, record: NewConsent): Promise<Stored<string>> {
  const { patientId, identifier, statement } = record;
  const author = await authorOf(tx, patientId);
  await tx.lock([patientId]);
  const { issuer, subject } = tx.request.actor;
  const by = author.sourceId === null ? ['person', issuer, subject] : ['source', author.sourceId];
  const id = idFrom('consent', author.key, ...by, ...(identifier === undefined ? ['own'] : [identifier.system, identifier.value]));
  const mac = await contentMac(tx, patientId, record.resource);
  const text = 'SELECT version, said_at, content_mac FROM consents WHERE id = $1 ORDER BY version DESC LIMIT 1';
  const [newest] = await tx.rows<{ version: number; said_at: Date; content_mac: Buffer }>('consent-newest', text, [id]);
  tx.touched.add(author.key);
  if (newest?.content_mac.equals(mac) === true) return { kind: 'repeated', id, version: newest.version };
  if (newest !== undefined && newest.said_at.getTime() >= statement.dateTime) return { kind: 'conflict', id };
  const version = (newest?.version ?? 0) + 1;
  await insert(tx, record, { id, version, mac, author });
  return { kind: version === 1 ? 'created' : 'superseded', id, version };
}

interface NewVersion {
  readonly id: string;
  readonly version: number;
  readonly mac: Buffer;
  readonly author: Author;
}

const INSERT = `INSERT INTO consents (id, version, patient_key, status, said_at, sealed, content_mac, revision, available_at, source_id, issuer, subject)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;
const INSERT_LINES = `INSERT INTO consent_denials (consent_id, version, place, patient_key, purpose, data_class, starts_at, ends_at, revision, source_id)
  SELECT $1, $2, d.place, $3, d.purpose, d.data_class, d.starts_at, d.ends_at, $4, $5
  FROM unnest($6::int[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[]) AS d (place, purpose, data_class, starts_at, ends_at)`;

async function insert(tx: Transaction, { patientId, statement, resource }: NewConsent, { id, version, mac, author }: NewVersion): Promise<void> {
  const { revision, at: moment } = await author.raise();
  const { issuer, subject } = tx.request.actor;
  await tx.rows('consent-close', 'UPDATE consents SET superseded_at = $2, closed_revision = $3 WHERE id = $1 AND superseded_at IS NULL', [
    id,
    date(moment),
    revision,
  ]);
  await tx.rows('consent-lines-close', 'UPDATE consent_denials SET closed_revision = $2 WHERE consent_id = $1 AND closed_revision IS NULL', [id, revision]);
  const sealed = await sealJson(tx, patientId, { place: consentPlace(id, version), content: resource });
  // prettier-ignore
  await tx.rows('consent-insert', INSERT, [
    id, version, author.key, statement.status, date(statement.dateTime), sealed, mac, revision, date(moment), author.sourceId, issuer, subject,
  ]);
  const lines = compile(statement);
  // prettier-ignore
  await tx.rows('consent-lines', INSERT_LINES, [
    id, version, author.key, revision, author.sourceId, lines.map((_, i) => i), lines.map(({ use }) => use), lines.map(({ dataClass }) => dataClass),
    lines.map(({ from }) => date(from)), lines.map(({ until }) => dateOrNull(until)),
  ]);
}

interface ConsentRow {
  readonly id: string;
  readonly version: number;
  readonly patient_key: string;
  readonly status: string;
  readonly available_at: Date;
  readonly sealed: Buffer;
}

const COLUMNS = 'o.id, o.version, o.patient_key, o.status, o.available_at, o.sealed';

async function read(tx: Transaction, id: string, version: number | undefined): Promise<ConsentRecord | undefined> {
  const text = `SELECT ${COLUMNS} FROM consents o WHERE o.id = $4 AND ($5::int IS NULL AND o.superseded_at IS NULL OR o.version = $5) AND ${reachable('o')} LIMIT 1`;
  return (await toRecords(tx, await tx.rows<ConsentRow>('consent-read', text, [...tx.reachValues, id, version ?? null])))[0];
}

async function search(tx: Transaction, query: Parameters<ConsentStore['search']>[0], page: Page): Promise<Paged<ConsentRecord>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o'), 'o.superseded_at IS NULL');
  if (query.patientId !== undefined) filter.where('o.patient_key = ?', (await tx.keyOf(query.patientId)) ?? null);
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.status = ANY (?::text[])', query.status);
  const from = { columns: COLUMNS, from: 'consents o', moment: 'o.available_at', momentOf: (row: ConsentRow) => row.available_at };
  const found = await searchPage<ConsentRow>(tx, from, filter, page);
  return { ...found, items: await toRecords(tx, found.items) };
}

async function toRecords(tx: Transaction, rows: readonly ConsentRow[]): Promise<readonly ConsentRecord[]> {
  await tx.meet(rows.map(({ patient_key }) => patient_key));
  const records = [];
  for (const row of rows) {
    const patientId = tx.handOut(asPatientKey(row.patient_key));
    const resource = await openJson<ConsentRecord['resource']>(tx, patientId, { place: consentPlace(row.id, row.version), sealed: row.sealed });
    records.push({
      id: row.id,
      version: row.version,
      patientId,
      status: asOneOf<ConsentRecord['status']>(row.status),
      updatedAt: at(row.available_at),
      resource,
    });
  }
  return records;
}
