import * as places from '../places.ts';

/** The columns that name a row, as text. */
export type RowName = Readonly<Record<string, string>>;

/** One column whose values are sealed under the key of the row's patient. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** Which of the transaction's two names of the patient the table holds. */
  readonly owner: 'patient_id' | 'patient_key';
  /** Primary key, in its order. */
  readonly key: readonly string[];
  /** Where the value stands, as whoever sealed it said; authenticated with it. */
  readonly place: (row: RowName) => string;
}

const byKey = (table: string, column: string, place: (id: string) => string, key = 'id'): SealedColumn => ({
  table,
  column,
  owner: 'patient_key',
  key: [key],
  place: (row) => place(row[key] ?? ''),
});
const byVersion = (table: string, column: string, place: (id: string, version: number) => string): SealedColumn => ({
  table,
  column,
  owner: 'patient_key',
  key: ['id', 'version'],
  place: ({ id = '', version = '' }) => place(id, Number(version)),
});
/** Every sealed column of a patient, but blobs, whose own keys are renewed as well; a test compares it with the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'patient_versions',
    column: 'sealed',
    owner: 'patient_id',
    key: ['patient_id', 'version'],
    place: ({ patient_id = '', version = '' }) => places.patientPlace(patient_id, Number(version)),
  },
  {
    table: 'patient_identifiers',
    column: 'sealed',
    owner: 'patient_id',
    key: ['value_index', 'patient_id'],
    place: ({ patient_id = '' }) => places.patientIdentifierPlace(patient_id),
  },
  byVersion('encounters', 'sealed', places.encounterPlace),
  byVersion('observations', 'identifier_sealed', places.observationIdentifierPlace),
  byVersion('observations', 'text_sealed', places.textPlace),
  byVersion('reports', 'sealed', places.reportPlace),
  byVersion('reports', 'identifier_sealed', places.reportIdentifierPlace),
  byKey('imaging_studies', 'accession_sealed', places.accessionPlace),
  byKey('imaging_studies', 'description_sealed', places.studyTextPlace),
  byKey('imaging_series', 'description_sealed', places.seriesTextPlace),
  byKey('imaging_instances', 'dicom_json_sealed', places.dicomJsonPlace),
  byKey('imaging_instances', 'prepared_sealed', places.preparedPlace),
  byKey('assessments', 'sealed', places.assessmentPlace),
  byVersion('consents', 'sealed', places.consentPlace),
  byKey('emergency_grants', 'reason_sealed', places.reasonPlace),
  byKey('emergency_reviews', 'note_sealed', places.notePlace, 'grant_id'),
  byKey('concordances', 'sealed', places.concordancePlace),
  byKey('region_checks', 'sealed', places.regionCheckPlace, 'assessment_id'),
];
