import { days, plus } from '@concord/core/kernel';
import type { NewImageInstance, Stored } from '@concord/core/ports';
import { accessionPlace, dicomJsonPlace, preparedPlace, seriesTextPlace, studyTextPlace } from '../places.ts';
import { bytesOf, date, idFrom, type PatientKey } from '../rows.ts';
import type { Raised, Transaction } from '../transaction.ts';
import { putBlob } from './blob-store.ts';
import { replaceGrants } from './grant-rows.ts';
import { identifierIndex } from './identifiers.ts';
import { ACCESSION, type StoredPixels } from './imaging-row.ts';
import { sealJson, sealText } from './sealed-json.ts';

/** How long a study lets radiologists reach its patient (DESIGN 7). */
const STUDY_REACH = days(30);

interface Place {
  readonly key: PatientKey;
  readonly id: string;
  readonly studyId: string;
  readonly seriesId: string;
  readonly raised: Raised;
}

/** The same bytes again are repeated; other bytes under the same SOP Instance UID are a conflict: an instance is never replaced. */
export async function putImage(tx: Transaction, record: NewImageInstance): Promise<Stored<string>> {
  const key = tx.writeKey(record.patientId);
  await tx.lock([record.patientId]);
  tx.touched.add(key);
  const { sopInstanceUid, studyInstanceUid, seriesInstanceUid } = record.header;
  const id = idFrom('instance', key, tx.sourceId, sopInstanceUid);
  const [known] = await tx.rows<{ blob_sha256: Buffer }>(
    'instance-known',
    'SELECT blob_sha256 FROM imaging_instances WHERE sop_uid = $1 AND patient_key = $2',
    [sopInstanceUid, key],
  );
  if (known !== undefined) return known.blob_sha256.equals(bytesOf(record.blob)) ? { kind: 'repeated', id, version: 1 } : { kind: 'conflict', id };
  const studyId = idFrom('study', key, tx.sourceId, studyInstanceUid);
  const raised = await tx.raise(record.patientId);
  const place = { key, id, studyId, seriesId: idFrom('series', studyId, seriesInstanceUid), raised };
  await putStudy(tx, record, place);
  await putInstance(tx, record, place);
  return { kind: 'created', id, version: 1 };
}

async function putStudy(tx: Transaction, record: NewImageInstance, { key, studyId, seriesId, raised }: Place): Promise<void> {
  const { accession, header, patientId } = record;
  const study = `INSERT INTO imaging_studies (id, patient_key, study_uid, started_at, description_sealed, accession_index, accession_sealed, source_id, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at`;
  await tx.rows('study-insert', study, [
    studyId,
    key,
    header.studyInstanceUid,
    date(record.effectiveAt),
    await sealText(tx, patientId, { place: studyTextPlace(studyId), content: record.studyDescription }),
    accession === undefined ? null : identifierIndex(tx, { system: ACCESSION, value: accession }),
    accession === undefined ? null : await sealJson(tx, patientId, { place: accessionPlace(studyId), content: accession }),
    tx.sourceId,
    date(raised.at),
  ]);
  const series = `INSERT INTO imaging_series (id, study_id, patient_key, series_uid, modality, description_sealed, source_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`;
  const words = await sealText(tx, patientId, { place: seriesTextPlace(seriesId), content: record.seriesDescription });
  await tx.rows('series-insert', series, [seriesId, studyId, key, header.seriesInstanceUid, header.modality, words, tx.sourceId]);
  const endsAt = plus(record.effectiveAt, STUDY_REACH);
  await replaceGrants(tx, key, studyId, [{ relationship: 'recent-study', holder: 'radiology', startsAt: record.effectiveAt, endsAt }]);
}

const INSERT = `INSERT INTO imaging_instances (id, study_id, series_id, patient_key, sop_uid, sop_class_uid, modality, instance_number, header, dicom_json_sealed,
    effective_at, available_at, revision, unused_reason, derived, prepared_sealed, pixels, pixels_sha256, source_id, blob_sha256, byte_length)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`;

async function putInstance(tx: Transaction, record: NewImageInstance, { key, id, studyId, seriesId, raised }: Place): Promise<void> {
  const { patientId, header, pixels, prepared } = record;
  const dicomJson = await sealJson(tx, patientId, { place: dicomJsonPlace(id), content: record.dicomJson ?? null });
  const preparedSealed = prepared === undefined ? null : tx.keyring.sealFor(await tx.dataKey(patientId), prepared, preparedPlace(id));
  const grey = pixels === undefined ? null : bytesOf(await putBlob(tx, pixels.grey, patientId));
  const frame: StoredPixels | null = pixels === undefined ? null : { columns: pixels.columns, rows: pixels.rows, recipe: pixels.recipe };
  // prettier-ignore
  await tx.rows('instance-insert', INSERT, [
    id, studyId, seriesId, key, header.sopInstanceUid, record.sopClassUid, record.modality ?? null, record.instanceNumber ?? null, JSON.stringify(header), dicomJson,
    date(record.effectiveAt), date(tx.availableAt(raised, record.availableAt)), raised.revision, record.unusedReason ?? null,
    JSON.stringify(record.derived ?? null), preparedSealed, frame === null ? null : JSON.stringify(frame), grey, tx.sourceId, bytesOf(record.blob), record.byteLength,
  ]);
}
