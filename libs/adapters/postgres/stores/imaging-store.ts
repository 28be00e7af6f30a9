import type { Paged, ImageInstanceRecord, ImagingStore, Page, StudyRecord } from '@concord/core/ports';
import { date } from '../rows.ts';
import { IMAGED, reachable, type Transaction } from '../transaction.ts';
import { Filter, searchPage } from './filter.ts';
import { identifierIndex } from './identifiers.ts';
import { putImage } from './imaging-put.ts';
import { ACCESSION, INSTANCE_COLUMNS, INSTANCE_FROM, STUDY_COLUMNS, toInstance, toStudy, type InstanceRow, type StudyRow } from './imaging-row.ts';

const SEARCH = { columns: STUDY_COLUMNS, from: 'imaging_studies o', moment: 'o.started_at', momentOf: (row: StudyRow) => row.started_at };

export function imagingStore(tx: Transaction): ImagingStore {
  return {
    put: (record) => putImage(tx, record),
    studies: (query, page) => studies(tx, query, page),
    instances: (query) => instances(tx, query),
  };
}

async function studies(tx: Transaction, query: Parameters<ImagingStore['studies']>[0], page: Page): Promise<Paged<StudyRecord>> {
  const filter = new Filter(tx.reachValues);
  filter.conditions.push(reachable('o', IMAGED));
  if (query.patientId !== undefined) filter.where('o.patient_key = ?', (await tx.keyOf(query.patientId)) ?? null);
  filter.where('o.id = ANY (?::uuid[])', query.ids);
  filter.where('o.study_uid = ?', query.studyInstanceUid);
  filter.where('o.accession_index = ?', query.accession === undefined ? undefined : identifierIndex(tx, { system: ACCESSION, value: query.accession }));
  filter.where('EXISTS (SELECT FROM imaging_series s WHERE s.study_id = o.id AND s.modality = ?)', query.modality);
  filter.where('o.started_at >= ?', query.from && date(query.from));
  filter.where('o.started_at <= ?', query.to && date(query.to));
  const found = await searchPage<StudyRow>(tx, SEARCH, filter, page);
  await tx.meet(found.items.map(({ patient_key }) => patient_key));
  const items = [];
  for (const row of found.items) items.push(await toStudy(tx, row));
  return { ...found, items };
}

async function instances(tx: Transaction, query: Parameters<ImagingStore['instances']>[0]): Promise<readonly ImageInstanceRecord[]> {
  const text = `SELECT ${INSTANCE_COLUMNS} FROM ${INSTANCE_FROM}
    WHERE st.study_uid = $4 AND ($5::text IS NULL OR se.series_uid = $5) AND ($6::text IS NULL OR o.sop_uid = $6) AND ${reachable('o', IMAGED)}
    ORDER BY se.series_uid, o.instance_number NULLS LAST, o.sop_uid`;
  const values = [...tx.reachValues, query.studyInstanceUid, query.seriesInstanceUid ?? null, query.sopInstanceUid ?? null];
  const rows = await tx.rows<InstanceRow>('instances', text, values);
  await tx.meet(rows.map(({ patient_key }) => patient_key));
  const found = [];
  for (const row of rows) found.push(await toInstance(tx, row, query.withPixels === true ? 'with-pixels' : 'without-pixels'));
  return found;
}
