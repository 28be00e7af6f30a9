// Where sealed values stand, `table|column|row`: authenticated with each of them, so that none opens in another row. Stores seal and
// open by these words, and so does whoever seals everything anew.

export const patientPlace = (id: string, version: number): string => `patient_versions|sealed|${id}|${version}`;
export const patientIdentifierPlace = (id: string): string => `patient_identifiers|sealed|${id}`;
export const encounterPlace = (id: string, version: number): string => `encounters|sealed|${id}|${version}`;
export const textPlace = (id: string, version: number): string => `observations|text_sealed|${id}|${version}`;
export const observationIdentifierPlace = (id: string, version: number): string => `observations|identifier_sealed|${id}|${version}`;
export const reportPlace = (id: string, version: number): string => `reports|sealed|${id}|${version}`;
export const reportIdentifierPlace = (id: string, version: number): string => `reports|identifier_sealed|${id}|${version}`;
export const accessionPlace = (id: string): string => `imaging_studies|accession_sealed|${id}`;
export const studyTextPlace = (id: string): string => `imaging_studies|description_sealed|${id}`;
export const seriesTextPlace = (id: string): string => `imaging_series|description_sealed|${id}`;
export const dicomJsonPlace = (id: string): string => `imaging_instances|dicom_json_sealed|${id}`;
export const preparedPlace = (id: string): string => `imaging_instances|prepared_sealed|${id}`;
export const assessmentPlace = (id: string): string => `assessments|sealed|${id}`;
export const concordancePlace = (id: string): string => `concordances|sealed|${id}`;
export const regionCheckPlace = (assessmentId: string): string => `region_checks|sealed|${assessmentId}`;
export const consentPlace = (id: string, version: number): string => `consents|sealed|${id}|${version}`;
export const reasonPlace = (grantId: string): string => `emergency_grants|reason|${grantId}`;
export const notePlace = (grantId: string): string => `emergency_reviews|note|${grantId}`;
/** What waits to be matched belongs to no patient yet: a key of its own, wrapped by the root key. */
export const waitingWrapPlace = (id: string): string => `reconcile_items|wrapped|${id}`;
export const waitingSealPlace = (id: string): string => `reconcile_items|sealed|${id}`;
export const blobWrapPlace = (name: string): string => `blobs|wrapped|${name}`;
export const blobSealPlace = (name: string): string => `blobs|sealed|${name}`;
/** Name of a blob's file, which its segments authenticate. */
export const blobFile = (name: string): string => name.replaceAll('-', '');
