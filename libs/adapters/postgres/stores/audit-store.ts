import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import { KINDS } from '@concord/governance/audit';
import type { AuditExportState, AuditQuery, AuditRow, AuditStore, Page, Paged } from '@concord/core/ports';
import type { StoredEvent } from '../audit/event.ts';
import { peopleOf } from './audit-people.ts';
import { tallyOf } from './audit-tally.ts';
import { pseudonymsIn, undisguised } from '../audit/pseudonyms.ts';
import { textOf } from '../audit/text.ts';
import { asPatientKey, asWritten, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { Filter, searchPage } from './filter.ts';

interface EventRow {
  readonly id: string;
  readonly patient_key: string;
  readonly recorded_at: Date;
  readonly bytes: Buffer;
}

const COLUMNS = "o.id, coalesce(o.patient_key::text, '') AS patient_key, o.recorded_at, o.bytes";
/** The place in the order is the running number: an id is one of its kind within a partition alone, and two with one id are two events. */
const SEARCH = {
  columns: COLUMNS,
  idType: 'bigint' as const,
  from: '(SELECT e.*, e.n AS id FROM audit_events e) o',
  moment: 'o.recorded_at',
  momentOf: (row: EventRow) => row.recorded_at,
};

/** @param note where the open unit takes what is added to it. */
export function auditStore(tx: Transaction, note: AuditStore['note']): AuditStore {
  return {
    search: (query, page) => search(tx, query, page),
    people: async (query) => peopleOf(tx, await filterOf(tx, query)),
    tally: async (query) => tallyOf(tx, await filterOf(tx, query)),
    knows: async (id) => (await auditedKey(tx, id)) !== undefined,
    note,
    requestExport: (query) => requestExport(tx, query),
    exportState: (id) => exportState(tx, id),
  };
}

async function filterOf(tx: Transaction, query: AuditQuery): Promise<Filter> {
  const filter = new Filter([]);
  if (query.patientId !== undefined) {
    const key = await auditedKey(tx, query.patientId);
    filter.where('o.patient_key = ?', key ?? null);
    // Asking about a patient is itself a look at them.
    if (key !== undefined) tx.touched.add(asPatientKey(key));
  }
  filter.where('(o.login = ? OR o.subject = ?)', query.user);
  filter.where('o.recorded_at >= ?', query.from && date(query.from));
  filter.where('o.recorded_at < ?', query.to && date(query.to));
  filter.where('o.purpose = ?', query.purpose);
  filter.where('o.outcome = ?', query.outcome);
  filter.where(
    'o.subtype = ANY (?::text[])',
    query.kinds?.map((kind) => KINDS[kind].subtype),
  );
  return filter;
}

async function search(tx: Transaction, query: AuditQuery, page: Page): Promise<Paged<AuditRow>> {
  const found = await searchPage<EventRow>(tx, SEARCH, await filterOf(tx, query), page);
  const named = found.items.flatMap(({ patient_key, bytes }) => [...(patient_key === '' ? [] : [patient_key]), ...pseudonymsIn(bytes.toString('utf8'))]);
  const ids = await audited(tx, named);
  const items = [];
  for (const row of found.items) items.push(await toRow(tx, row, ids));
  return { ...found, items };
}

/** What the sequencer needs to find the export's events: pseudonym, issuer and subject, milliseconds. */
async function requestExport(tx: Transaction, { patientId, user, from, to }: Parameters<AuditStore['requestExport']>[0]): Promise<string | undefined> {
  const patientKey = patientId === undefined ? undefined : await auditedKey(tx, patientId);
  const people = user === undefined ? [] : await tx.rows<{ issuer: string; subject: string }>('export-people', PEOPLE, [user]);
  // Of two people of one name it would say nothing about either: ask by subject.
  if ((patientId !== undefined && patientKey === undefined) || (user !== undefined && people.length !== 1)) return undefined;
  if (patientKey !== undefined) tx.touched.add(asPatientKey(patientKey));
  const query = { patientKey, actor: people[0], from, to };
  const id = randomUUID();
  const { issuer, subject } = tx.request.actor;
  await tx.rows('export-ask', 'INSERT INTO audit_exports (id, requester, purpose, query, requested_at) VALUES ($1, $2, $3, $4, clock_timestamp())', [
    id,
    `${issuer} ${subject}`,
    tx.request.purpose,
    JSON.stringify(query),
  ]);
  return id;
}

const PEOPLE = 'SELECT DISTINCT issuer, subject FROM audit_events WHERE login = $1 OR subject = $1 LIMIT 2';

interface StateRow {
  readonly state: 'running' | 'done' | 'failed' | null;
  readonly done: number | null;
  readonly total: number | null;
  readonly detail: string | null;
}

async function exportState(tx: Transaction, id: string): Promise<AuditExportState | undefined> {
  const text = `SELECT s.state, s.done::float8 AS done, s.total::float8 AS total, s.detail FROM audit_exports e
    LEFT JOIN LATERAL (SELECT * FROM audit_export_steps s WHERE s.export_id = e.id ORDER BY s.id DESC LIMIT 1) s ON true WHERE e.id = $1`;
  const [row] = await tx.rows<StateRow & { readonly [column: string]: unknown }>('export-state', text, [id]);
  if (row === undefined) return undefined;
  return { state: row.state ?? 'waiting', done: row.done ?? 0, total: row.total ?? 0, ...(row.detail === null ? {} : { detail: row.detail }) };
}

async function auditedKey(tx: Transaction, id: PatientId): Promise<string | undefined> {
  await tx.rows('audited-id', "SELECT set_config('app.audited_id', $1, true)", [id]);
  return tx.keyOf(id);
}

/** The outside's ids of these pseudonyms; a patient who was erased has none. */
async function audited(tx: Transaction, keys: readonly string[]): Promise<ReadonlyMap<string, PatientId>> {
  const unique = [...new Set(keys)];
  await tx.rows('audited-keys', "SELECT set_config('app.audited_keys', $1, true)", [unique.join(',')]);
  await tx.meet(unique);
  return new Map(unique.flatMap((key) => (tx.isKnown(asPatientKey(key)) ? [[key, tx.idOf(asPatientKey(key))]] : [])));
}

/** A stored event as the officer reads it: the outside's ids for pseudonyms, and the free text opened. */
async function toRow(tx: Transaction, row: EventRow, ids: ReadonlyMap<string, PatientId>): Promise<AuditRow> {
  const { patientKey: _pseudonym, sealed, ...event } = asWritten<StoredEvent>(JSON.parse(row.bytes.toString('utf8')));
  const patientId = ids.get(row.patient_key);
  const text = sealed === undefined || patientId === undefined ? undefined : await textOf(tx, patientId, { eventId: event.eventId, sealed });
  return { ...undisguised(event, ids), ...(patientId === undefined ? {} : { patientId }), ...(text === undefined ? {} : { text }) };
}
