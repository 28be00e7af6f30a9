import { reportPlace, seriesTextPlace, studyTextPlace, textPlace } from '../places.ts';

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
const plain = (table: string, column: string) => (id: string) => `${table}|${column}|${id}`;
const plainVersion = (table: string, column: string) => (id: string, version: number) => `${table}|${column}|${id}|${version}`;

/** Every sealed column of a patient, but blobs, whose own keys are renewed as well; a test compares it with the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'patient_versions',
    column: 'sealed',
    owner: 'patient_id',
    key: ['patient_id', 'version'],
    place: ({ patient_id = '', version = '' }) => `patient_versions|sealed|${patient_id}|${version}`,
  },
  {
    table: 'patient_identifiers',
    column: 'sealed',
    owner: 'patient_id',
    key: ['value_index', 'patient_id'],
    place: ({ patient_id = '' }) => `patient_identifiers|sealed|${patient_id}`,
  },
  byVersion('encounters', 'sealed', plainVersion('encounters', 'sealed')),
  byVersion('observations', 'identifier_sealed', plainVersion('observations', 'identifier_sealed')),
  byVersion('observations', 'text_sealed', textPlace),
  byVersion('reports', 'sealed', reportPlace),
  byVersion('reports', 'identifier_sealed', plainVersion('reports', 'identifier_sealed')),
  byKey('imaging_studies', 'accession_sealed', plain('imaging_studies', 'accession_sealed')),
  byKey('imaging_studies', 'description_sealed', studyTextPlace),
  byKey('imaging_series', 'description_sealed', seriesTextPlace),
  byKey('imaging_instances', 'dicom_json_sealed', plain('imaging_instances', 'dicom_json_sealed')),
  byKey('imaging_instances', 'prepared_sealed', plain('imaging_instances', 'prepared_sealed')),
  byKey('assessments', 'sealed', plain('assessments', 'sealed')),
  byVersion('consents', 'sealed', plainVersion('consents', 'sealed')),
  byKey('emergency_grants', 'reason_sealed', plain('emergency_grants', 'reason')),
  byKey('emergency_reviews', 'note_sealed', plain('emergency_reviews', 'note'), 'grant_id'),
  byKey('concordances', 'sealed', plain('concordances', 'sealed')),
  byKey('region_checks', 'sealed', plain('region_checks', 'sealed'), 'assessment_id'),
];
