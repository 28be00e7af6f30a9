import type { PatientId, ReportId } from '@concord/core/clinical';
import type { NewReport, Page, Paged, ReportRecord, ReportStore, Stored } from '@concord/core/ports';
import { reportIdentifierPlace, reportPlace } from '../places.ts';
import { asEncounterId, asModality, asOneOf, asPatientKey, asReportId, asSha256, asSourceId, at, bytesOf, date, given, idFrom } from '../rows.ts';
import { reachable, REPORTED, type Transaction } from '../transaction.ts';
import { Filter, firstRow, searchPage } from './filter.ts';
import { identifierIndex, indexOrNull, openIdentifier, sealIdentifier } from './identifiers.ts';
import { contentMac, openJson, sealJson } from './sealed-json.ts';
import { verdict } from './verdict.ts';

/** What is sealed of a report: its words, and what was derived from them. */
interface ReportContent {
  readonly text: string;
  readonly title?: string;
  /** What the sender calls the code: free text. */
  readonly codeDisplay?: string;
  readonly derived: unknown;
}

export function reportStore(tx: Transaction): ReportStore {
  return {
    put: (record) => put(tx, record),
    read: (id, version) => read(tx, id, version),
    search: (query, page) => search(tx, query, page),
  };
}

async function put(tx: Transaction, record: NewReport): Promise<Stored<ReportId>> {
  const { patientId, status } = record;
  const key = tx.writeKey(patientId);
  await tx.lock([patientId]);
  const id = asReportId(idFrom('report', key, tx.sourceId, ...naturalKey(record)));
  // What was derived may be derived better one day; the same words are the same report.
  const { code, issued, effectiveAt, text: words, contentType } = record;
  const mac = await contentMac(tx, patientId, { code: code.code, system: code.system, issued, effectiveAt, words, contentType });
  const stored = await tx.rows<{ version: number; status: string; content_mac: Buffer }>(
    'report-versions',
    'SELECT version, status, content_mac FROM reports WHERE id = $1 ORDER BY version',
    [id],
  );
  tx.touched.add(key);
  const versions = stored.map(({ version, status: was, content_mac }) => ({ version, status: was, content: content_mac.toString('hex') }));
  const said = verdict(versions, { status, content: mac.toString('hex') });
  if (said.kind === 'conflict') return { kind: 'conflict', id };
  if (said.kind === 'repeated') return { kind: 'repeated', id, version: said.version };
  const version = said.kind === 'created' ? 1 : said.version;
  await insert(tx, record, { id, version, mac });
  return { kind: said.kind, id, version };
}

function naturalKey({ identifier, code, issued }: NewReport): readonly unknown[] {
  return identifier === undefined ? ['issued', code.system, code.code, issued] : ['identifier', identifier.system, identifier.value];
}

interface NewVersion {
  readonly id: ReportId;
  readonly version: number;
  readonly mac: Buffer;
}

const INSERT = `INSERT INTO reports (id, version, patient_key, code, code_system, modality, status, issued_at, effective_at, available_at,
    retracted_at, language, content_type, sealed, content_mac, encounter_id, identifier_index, identifier_sealed, revision, source_id, blob_sha256)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`;

async function insert(tx: Transaction, record: NewReport, { id, version, mac }: NewVersion): Promise<void> {
  const { patientId, code, identifier } = record;
  const raised = await tx.raise(patientId);
  const available = date(tx.availableAt(raised, record.availableAt));
  const retracted = record.status === 'entered-in-error' ? available : null;
  if (version > 1) {
    const close =
      'UPDATE reports SET superseded_at = $2, retracted_at = coalesce(retracted_at, $3), closed_revision = $4 WHERE id = $1 AND superseded_at IS NULL';
    await tx.rows('report-close', close, [id, available, retracted, raised.revision]);
  }
  const content: ReportContent = { text: record.text, derived: record.derived, ...given({ title: record.title, codeDisplay: code.display }) };
  const sealed = await sealJson(tx, patientId, { place: reportPlace(id, version), content });
  const identifierSealed = await sealIdentifier(tx, patientId, { place: reportIdentifierPlace(id, version), identifier });
  // prettier-ignore
  await tx.rows('report-insert', INSERT, [
    id, version, tx.writeKey(patientId), code.code, code.system, record.modality ?? null, record.status,
    date(record.issued), date(record.effectiveAt), available, retracted, record.language ?? null, record.contentType, sealed, mac,
    record.encounterId ?? null, indexOrNull(tx, identifier), identifierSealed, raised.revision, tx.sourceId, bytesOf(record.blob),
  ]);
}

export interface ReportRow {
  readonly id: string;
  readonly version: number;
  readonly patient_key: string;
  readonly code: string;
  readonly code_system: string;
  readonly modality: string | null;
  readonly status: string;
  readonly issued_at: Date;
  readonly effective_at: Date;
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly language: string | null;
  readonly content_type: string;
  readonly sealed: Buffer;
  readonly encounter_id: string | null;
  readonly identifier_sealed: Buffer | null;
  readonly closed_revision: number | null;
  readonly source_id: string;
  readonly blob_sha256: Buffer;
}

export const REPORT_COLUMNS = `o.id, o.version, o.patient_key, o.code, o.code_system, o.modality, o.status, o.issued_at, o.effective_at,
  o.available_at, o.superseded_at, o.retracted_at, o.language, o.content_type, o.sealed, o.encounter_id, o.identifier_sealed,
  o.closed_revision::float8 AS closed_revision, o.source_id, o.blob_sha256`;

const SEARCH = { columns: REPORT_COLUMNS, from: 'reports o', moment: 'o.effective_at', momentOf: (row: ReportRow) => row.effective_at };

async function read(tx: Transaction, id: ReportId, version: number | undefined): Promise<ReportRecord | undefined> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o', REPORTED));
  filter.where('o.id = ?', id);
  filter.where('o.version = ?', version);
  if (version === undefined) filter.conditions.push('o.superseded_at IS NULL');
  const row = await firstRow<ReportRow>(tx, SEARCH, filter);
  if (row === undefined) return undefined;
  await tx.meet([row.patient_key]);
  return toReport(tx, row);
}

async function search(tx: Transaction, query: Parameters<ReportStore['search']>[0], page: Page): Promise<Paged<ReportRecord>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o', REPORTED), 'o.superseded_at IS NULL');
  if (query.patientId !== undefined) filter.where('o.patient_key = ?', (await tx.keyOf(query.patientId)) ?? null);
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.encounter_id = ?', query.encounterId);
  filter.where('o.identifier_index = ?', query.identifier && identifierIndex(tx, query.identifier));
  filter.where('o.code = ANY (?::text[])', query.codes);
  filter.where('o.status = ANY (?::text[])', query.status);
  filter.where('o.effective_at >= ?', query.from && date(query.from));
  filter.where('o.effective_at <= ?', query.to && date(query.to));
  return records(tx, filter, page);
}

async function records(tx: Transaction, filter: Filter, page: Page): Promise<Paged<ReportRecord>> {
  const found = await searchPage<ReportRow>(tx, SEARCH, filter, page);
  await tx.meet(found.items.map(({ patient_key }) => patient_key));
  const items = [];
  for (const row of found.items) items.push(await toReport(tx, row));
  return { ...found, items };
}

/** Opens a row of a patient already met, and counts it as handed out. */
export async function toReport(tx: Transaction, row: ReportRow): Promise<ReportRecord> {
  const patientId: PatientId = tx.handOut(asPatientKey(row.patient_key));
  const { codeDisplay, ...content } = await openJson<ReportContent>(tx, patientId, { place: reportPlace(row.id, row.version), sealed: row.sealed });
  const identifier = await openIdentifier(tx, patientId, { place: reportIdentifierPlace(row.id, row.version), sealed: row.identifier_sealed });
  return {
    id: asReportId(row.id),
    patientId,
    version: row.version,
    modality: row.modality === null ? undefined : asModality(row.modality),
    code: { code: row.code, system: row.code_system, ...given({ display: codeDisplay }) },
    status: asOneOf<ReportRecord['status']>(row.status),
    issued: at(row.issued_at),
    effectiveAt: at(row.effective_at),
    contentType: row.content_type,
    ...content,
    sourceId: asSourceId(row.source_id),
    blob: asSha256(row.blob_sha256),
    ...given({ language: row.language, identifier }),
    ...given({ encounterId: row.encounter_id === null ? null : asEncounterId(row.encounter_id) }),
    ...lifetime(row),
  };
}

/** The four times, less the one of the patient. */
export function lifetime(
  row: Pick<ReportRow, 'available_at' | 'superseded_at' | 'retracted_at'>,
): Pick<ReportRecord, 'availableAt' | 'supersededAt' | 'retractedAt'> {
  return {
    availableAt: at(row.available_at),
    ...given({
      supersededAt: row.superseded_at === null ? null : at(row.superseded_at),
      retractedAt: row.retracted_at === null ? null : at(row.retracted_at),
    }),
  };
}
