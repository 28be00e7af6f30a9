import type { PatientId } from '@concord/core/clinical';
import type { ObservationQuery, ObservationRecord, ObservationStore, Page, Paged } from '@concord/core/ports';
import { date } from '../rows.ts';
import { OBSERVED, reachable, type Transaction } from '../transaction.ts';
import { clocksOf } from './device-clocks.ts';
import { Filter, searchPage } from './filter.ts';
import { identifierIndex } from './identifiers.ts';
import { putObservations } from './observation-put.ts';
import { OBSERVATION_COLUMNS, toObservations, type ObservationRow } from './observation-row.ts';
import { seriesWindow } from './observation-window.ts';

const SEARCH = { columns: OBSERVATION_COLUMNS, from: 'observations o', moment: 'o.effective_at', momentOf: (row: ObservationRow) => row.effective_at };

export function observationStore(tx: Transaction): ObservationStore {
  return {
    putAll: (records) => putObservations(tx, records),
    read: (id, version) => read(tx, id, version),
    search: (query, page) => search(tx, query, page),
    newest: (patientId, codes) => newest(tx, patientId, codes),
    clocks: (patientId, at) => clocksOf(tx, patientId, at),
    window: (...[patientId, codes, from, to, stepMs]: Parameters<ObservationStore['window']>) => seriesWindow(tx, { patientId, codes, from, to, stepMs }),
  };
}

async function read(tx: Transaction, id: string, version: number | undefined): Promise<ObservationRecord | undefined> {
  const which = version === undefined ? 'o.superseded_at IS NULL' : 'o.version = $5';
  const text = `SELECT ${OBSERVATION_COLUMNS} FROM observations o WHERE o.id = $4 AND ${which} AND ${reachable('o', OBSERVED)} LIMIT 1`;
  const values = [...tx.reachValues, id, ...(version === undefined ? [] : [version])];
  const rows = await tx.rows<ObservationRow>(version === undefined ? 'observation-read' : 'observation-vread', text, values);
  return (await toObservations(tx, rows))[0];
}

async function search(tx: Transaction, query: ObservationQuery, page: Page): Promise<Paged<ObservationRecord>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o', OBSERVED), 'o.superseded_at IS NULL');
  if (query.patientId !== undefined) filter.where('o.patient_key = ?', (await tx.keyOf(query.patientId)) ?? null);
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.encounter_id = ?', query.encounterId);
  filter.where('o.code = ANY (?::text[])', query.codes);
  filter.where('o.identifier_index = ?', query.identifier && identifierIndex(tx, query.identifier));
  filter.where('o.status = ANY (?::text[])', query.status);
  filter.where('o.effective_at >= ?', query.from && date(query.from));
  filter.where('o.effective_at <= ?', query.to && date(query.to));
  const found = await searchPage<ObservationRow>(tx, SEARCH, filter, page);
  return { ...found, items: await toObservations(tx, found.items) };
}

const NEWEST = `SELECT n.* FROM unnest($5::text[]) AS wanted (code) CROSS JOIN LATERAL (
    SELECT ${OBSERVATION_COLUMNS} FROM observations o
    WHERE o.patient_key = $4 AND o.code = wanted.code AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND o.modality IS NOT NULL
      AND o.effective_at <= $6 AND ${reachable('o', OBSERVED)}
    ORDER BY o.effective_at DESC LIMIT 1) n`;

async function newest(tx: Transaction, patientId: PatientId, codes: readonly string[]): Promise<readonly ObservationRecord[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  return toObservations(tx, await tx.rows<ObservationRow>('observations-newest', NEWEST, [...tx.reachValues, key, codes, date(tx.now)]));
}
