import type { ImageHeader, PatientId, PixelRecipe } from '@concord/core/clinical';
import type { ImageInstanceRecord, StudyRecord } from '@concord/core/ports';
import { accessionPlace, dicomJsonPlace, preparedPlace, seriesTextPlace, studyTextPlace } from '../places.ts';
import { asModality, asPatientKey, asSha256, asSourceId, asWritten, at, given } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { blobStore } from './blob-store.ts';
import { lifetime } from './report-store.ts';
import { openJson, openText } from './sealed-json.ts';

/** System under which accession numbers are indexed; they identify an order, so they are sealed like identifiers. */
export const ACCESSION = 'urn:concord:accession';

export interface InstanceRow {
  readonly id: string;
  readonly patient_key: string;
  readonly modality: string | null;
  readonly sop_class_uid: string;
  readonly header: unknown;
  readonly dicom_json_sealed: Buffer;
  readonly effective_at: Date;
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly closed_revision: number | null;
  readonly unused_reason: string | null;
  readonly derived: unknown;
  readonly prepared_sealed: Buffer | null;
  readonly pixels: unknown;
  readonly pixels_sha256: Buffer | null;
  readonly source_id: string;
  readonly blob_sha256: Buffer;
  readonly byte_length: number;
}

export const INSTANCE_COLUMNS = `o.id, o.patient_key, o.modality, o.sop_class_uid, o.header, o.dicom_json_sealed, o.effective_at, o.available_at,
  o.superseded_at, o.retracted_at, o.closed_revision::float8 AS closed_revision, o.unused_reason, o.derived, o.prepared_sealed, o.pixels, o.pixels_sha256,
  o.source_id, o.blob_sha256, o.byte_length`;

export const INSTANCE_FROM = 'imaging_instances o JOIN imaging_series se ON se.id = o.series_id JOIN imaging_studies st ON st.id = o.study_id';

/** What is kept beside the grey values of a frame, which are a blob. */
export interface StoredPixels {
  readonly columns: number;
  readonly rows: number;
  readonly recipe: PixelRecipe;
}

/** Opens a row of a patient already met, and counts it as handed out. */
export async function toInstance(tx: Transaction, row: InstanceRow, pixels: 'with-pixels' | 'without-pixels'): Promise<ImageInstanceRecord> {
  const patientId = tx.handOut(asPatientKey(row.patient_key));
  const frame = pixels === 'with-pixels' ? await pixelsOf(tx, row) : undefined;
  return {
    id: row.id,
    patientId,
    modality: row.modality === null ? undefined : asModality(row.modality),
    sopClassUid: row.sop_class_uid,
    header: asWritten<ImageHeader>(row.header),
    dicomJson: await openJson<unknown>(tx, patientId, { place: dicomJsonPlace(row.id), sealed: row.dicom_json_sealed }),
    effectiveAt: at(row.effective_at),
    derived: row.derived,
    sourceId: asSourceId(row.source_id),
    blob: asSha256(row.blob_sha256),
    byteLength: row.byte_length,
    ...lifetime(row),
    ...given({ unusedReason: row.unused_reason, prepared: await preparedOf(tx, patientId, row), pixels: frame }),
  };
}

/** Grey values for the encoder, opened. */
export async function preparedOf(tx: Transaction, patientId: PatientId, row: Pick<InstanceRow, 'id' | 'prepared_sealed'>): Promise<Uint8Array | undefined> {
  return row.prepared_sealed === null ? undefined : tx.keyring.openFor(await tx.dataKey(patientId), row.prepared_sealed, preparedPlace(row.id));
}

async function pixelsOf(tx: Transaction, row: InstanceRow): Promise<ImageInstanceRecord['pixels']> {
  if (row.pixels_sha256 === null) return undefined;
  const grey = await blobStore(tx).get(asSha256(row.pixels_sha256));
  return grey === undefined ? undefined : { ...asWritten<StoredPixels>(row.pixels), grey };
}

export interface StudyRow {
  readonly id: string;
  readonly patient_key: string;
  readonly study_uid: string;
  readonly started_at: Date;
  readonly description_sealed: Buffer | null;
  readonly accession_sealed: Buffer | null;
  readonly updated_at: Date;
  readonly series: readonly SeriesRow[];
}

interface SeriesRow {
  readonly id: string;
  readonly uid: string;
  readonly modality: string;
  /** Hexadecimal, as JSON carries bytes here. */
  readonly description: string | null;
  readonly instances: readonly { readonly sop: string; readonly class: string; readonly number: number | null }[] | null;
}

export const STUDY_COLUMNS = `o.id, o.patient_key, o.study_uid, o.started_at, o.description_sealed, o.accession_sealed, o.updated_at,
  (SELECT coalesce(json_agg(json_build_object('id', s.id, 'uid', s.series_uid, 'modality', s.modality, 'description', encode(s.description_sealed, 'hex'), 'instances',
     (SELECT json_agg(json_build_object('sop', i.sop_uid, 'class', i.sop_class_uid, 'number', i.instance_number) ORDER BY i.instance_number NULLS LAST, i.sop_uid)
      FROM imaging_instances i WHERE i.series_id = s.id)) ORDER BY s.series_uid), '[]')
   FROM imaging_series s WHERE s.study_id = o.id) AS series`;

/** Opens a row of a patient already met, and counts it as handed out. */
export async function toStudy(tx: Transaction, row: StudyRow): Promise<StudyRecord> {
  const patientId = tx.handOut(asPatientKey(row.patient_key));
  const accession =
    row.accession_sealed === null ? undefined : await openJson<string>(tx, patientId, { place: accessionPlace(row.id), sealed: row.accession_sealed });
  const description = await openText(tx, patientId, { place: studyTextPlace(row.id), sealed: row.description_sealed });
  const series = [];
  for (const one of row.series) series.push(await toSeries(tx, patientId, one));
  return {
    id: row.id,
    patientId,
    studyInstanceUid: row.study_uid,
    started: at(row.started_at),
    modalities: [...new Set(row.series.map(({ modality }) => modality))],
    series,
    updatedAt: at(row.updated_at),
    ...given({ description, accession }),
  };
}

async function toSeries(tx: Transaction, patientId: PatientId, { id, uid, modality, ...row }: SeriesRow): Promise<StudyRecord['series'][number]> {
  const sealed = row.description === null ? null : Buffer.from(row.description, 'hex');
  const description = await openText(tx, patientId, { place: seriesTextPlace(id), sealed });
  return {
    seriesInstanceUid: uid,
    modality,
    ...given({ description }),
    instances: (row.instances ?? []).map(({ sop, class: sopClassUid, number }) => ({ sopInstanceUid: sop, sopClassUid, ...given({ number }) })),
  };
}
