import type { EncounterId, Identifier, PatientId } from '@concord/core/clinical';
import type { EncounterRecord, EncounterStore, NewEncounter, Page, Paged, Stored } from '@concord/core/ports';
import { encounterPlace } from '../places.ts';
import { asEncounterId, asOneOf, asPatientKey, asSourceId, asWardId, at, date, dateOrNull, given, idFrom, type PatientKey } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';
import { Filter, firstRow, searchPage } from './filter.ts';
import { replaceGrants } from './grant-rows.ts';
import { wardGrants } from './grants.ts';
import { identifierIndex } from './identifiers.ts';
import { contentMac, openJson, sealJson } from './sealed-json.ts';
import { verdict } from './verdict.ts';

export function encounterStore(tx: Transaction): EncounterStore {
  return {
    put: (record) => put(tx, record),
    read: (id, version) => read(tx, id, version),
    search: (query, page) => search(tx, query, page),
  };
}

interface Visit {
  readonly id: EncounterId;
  readonly key: PatientKey;
  readonly version: number;
  readonly mac: Buffer;
}

/** A stay lives on: another content under its key is its next version, not a conflict. */
async function put(tx: Transaction, record: NewEncounter): Promise<Stored<EncounterId>> {
  const { patientId } = record;
  const key = tx.writeKey(patientId);
  await tx.lock([patientId]);
  const id = asEncounterId(idFrom('encounter', key, tx.sourceId, ...naturalKey(record)));
  const mac = await contentMac(tx, patientId, contentOf(record));
  const text = 'SELECT version, status, content_mac FROM encounters WHERE id = $1 ORDER BY version';
  const stored = await tx.rows<{ version: number; status: string; content_mac: Buffer }>('encounter-versions', text, [id]);
  tx.touched.add(key);
  const versions = stored.map(({ version, status, content_mac }) => ({ version, status, content: content_mac.toString('hex') }));
  const said = verdict(versions, { status: record.stay.status, content: mac.toString('hex') });
  if (said.kind === 'repeated') return { kind: 'repeated', id, version: said.version };
  const version = (versions.at(-1)?.version ?? 0) + 1;
  await insert(tx, record, { id, key, version, mac });
  return { kind: version === 1 ? 'created' : 'superseded', id, version };
}

function naturalKey({ identifiers: [identifier], stay }: NewEncounter): readonly unknown[] {
  return identifier === undefined ? ['start', stay.start] : [identifier.system, identifier.value];
}

function contentOf({ stay, locations, identifiers }: NewEncounter): unknown {
  return { stay, locations, identifiers };
}

const INSERT = `INSERT INTO encounters (id, version, patient_key, status, class, starts_at, ends_at, identifier_index, sealed, content_mac, revision,
    available_at, retracted_at, source_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;
const CLOSE =
  'UPDATE encounters SET superseded_at = $2, retracted_at = coalesce(retracted_at, $3), closed_revision = $4 WHERE id = $1 AND superseded_at IS NULL';

async function insert(tx: Transaction, record: NewEncounter, { id, key, version, mac }: Visit): Promise<void> {
  const { patientId, stay, identifiers } = record;
  const raised = await tx.raise(patientId);
  const available = date(tx.availableAt(raised, record.availableAt));
  const retracted = stay.status === 'entered-in-error' ? available : null;
  if (version > 1) await tx.rows('encounter-close', CLOSE, [id, available, retracted, raised.revision]);
  const sealed = await sealJson(tx, patientId, { place: encounterPlace(id, version), content: identifiers });
  const indexes = identifiers.map((one) => identifierIndex(tx, one));
  // prettier-ignore
  await tx.rows('encounter-insert', INSERT, [
    id, version, key, stay.status, stay.class, date(stay.start), dateOrNull(stay.end), indexes, sealed, mac, raised.revision, available, retracted, tx.sourceId,
  ]);
  await insertLocations(tx, record, { id, key, version, mac });
  await replaceGrants(tx, key, id, wardGrants(record));
}

const INSERT_LOCATION = `INSERT INTO encounter_locations (encounter_id, version, place, patient_key, ward_id, bed, starts_at, ends_at, status, source_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

async function insertLocations(tx: Transaction, { locations }: NewEncounter, { id, key, version }: Visit): Promise<void> {
  for (const [place, { wardId, bed, start, end, status }] of locations.entries()) {
    const values = [id, version, place, key, wardId, bed ?? null, dateOrNull(start), dateOrNull(end), status ?? null, tx.sourceId];
    await tx.rows('location-insert', INSERT_LOCATION, values);
  }
}

export interface EncounterRow {
  readonly id: string;
  readonly version: number;
  readonly patient_key: string;
  readonly status: string;
  readonly class: string;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly sealed: Buffer;
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly closed_revision: number | null;
  readonly source_id: string;
  readonly locations: readonly LocationRow[];
}

interface LocationRow {
  readonly ward: string;
  readonly bed: string | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly status: string | null;
  readonly setting: string | null;
}

/** With the places of the version, each with the setting of its ward. */
export const ENCOUNTER_COLUMNS = `o.id, o.version, o.patient_key, o.status, o.class, o.starts_at, o.ends_at, o.sealed, o.available_at, o.superseded_at,
  o.retracted_at, o.closed_revision::float8 AS closed_revision, o.source_id,
  (SELECT coalesce(json_agg(json_build_object('ward', n.ward_id, 'bed', n.bed, 'start', extract(epoch FROM n.starts_at) * 1000,
     'end', extract(epoch FROM n.ends_at) * 1000, 'status', n.status, 'setting', w.setting) ORDER BY n.place), '[]')
   FROM encounter_locations n LEFT JOIN wards w ON w.id = n.ward_id WHERE n.encounter_id = o.id AND n.version = o.version) AS locations`;

const SEARCH = { columns: ENCOUNTER_COLUMNS, from: 'encounters o', moment: 'o.starts_at', momentOf: (row: EncounterRow) => row.starts_at };

async function read(tx: Transaction, id: EncounterId, version: number | undefined): Promise<EncounterRecord | undefined> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o'));
  filter.where('o.id = ?', id);
  filter.where('o.version = ?', version);
  if (version === undefined) filter.conditions.push('o.superseded_at IS NULL');
  const row = await firstRow<EncounterRow>(tx, SEARCH, filter);
  if (row === undefined) return undefined;
  await tx.meet([row.patient_key]);
  return toEncounter(tx, row);
}

async function search(tx: Transaction, query: Parameters<EncounterStore['search']>[0], page: Page): Promise<Paged<EncounterRecord>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o'), 'o.superseded_at IS NULL');
  if (query.patientId !== undefined) filter.where('o.patient_key = ?', (await tx.keyOf(query.patientId)) ?? null);
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.identifier_index && ARRAY[?::bytea]', query.identifier && identifierIndex(tx, query.identifier));
  filter.where('o.status = ANY (?::text[])', query.status);
  // A period overlaps: it had not ended before the first moment and had begun by the last.
  filter.where('(o.ends_at IS NULL OR o.ends_at >= ?)', query.from && date(query.from));
  filter.where('o.starts_at <= ?', query.to && date(query.to));
  return records(tx, filter, page);
}

async function records(tx: Transaction, filter: Filter, page: Page): Promise<Paged<EncounterRecord>> {
  const found = await searchPage<EncounterRow>(tx, SEARCH, filter, page);
  await tx.meet(found.items.map(({ patient_key }) => patient_key));
  const items = [];
  for (const row of found.items) items.push(await toEncounter(tx, row));
  return { ...found, items };
}

/** Opens a row of a patient already met, and counts it as handed out. */
export async function toEncounter(tx: Transaction, row: EncounterRow): Promise<EncounterRecord> {
  const patientId: PatientId = tx.handOut(asPatientKey(row.patient_key));
  const identifiers = await openJson<readonly Identifier[]>(tx, patientId, { place: encounterPlace(row.id, row.version), sealed: row.sealed });
  return {
    id: asEncounterId(row.id),
    patientId,
    version: row.version,
    updatedAt: at(row.available_at),
    identifiers,
    stay: toStay(row),
    locations: row.locations.map(toLocation),
    sourceId: asSourceId(row.source_id),
  };
}

/** Ward and setting are those of the newest current place. */
export function toStay(row: EncounterRow): EncounterRecord['stay'] {
  const current = row.locations.filter(({ status }) => status === null || status === 'active').at(-1) ?? row.locations.at(-1);
  return {
    encounterId: asEncounterId(row.id),
    status: asOneOf<EncounterRecord['stay']['status']>(row.status),
    class: row.class,
    start: at(row.starts_at),
    ...given({ end: row.ends_at === null ? null : at(row.ends_at), wardId: current === undefined ? null : asWardId(current.ward) }),
    setting: current?.setting === 'icu' ? 'icu' : 'ward',
  };
}

function toLocation({ ward, bed, start, end, status }: LocationRow): EncounterRecord['locations'][number] {
  return {
    wardId: asWardId(ward),
    ...given({
      bed,
      start: start === null ? null : at(new Date(start)),
      end: end === null ? null : at(new Date(end)),
      status: status === null ? null : asOneOf<'planned' | 'active' | 'reserved' | 'completed'>(status),
    }),
  };
}
