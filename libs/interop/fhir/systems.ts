/** Base of our own code systems and extensions; an address that names, not one that must answer. */
export const CONCORD = 'https://concord.example/fhir';
export const NEWS2_CODES = `${CONCORD}/CodeSystem/news2`;
export const TASK_CODES = `${CONCORD}/CodeSystem/task`;
export const OUTCOME_CODES = `${CONCORD}/CodeSystem/outcome`;
export const BUNDLE_CODES = `${CONCORD}/CodeSystem/bundle`;
export const CATEGORY_CODES = 'http://terminology.hl7.org/CodeSystem/observation-category';
export const ACT_CODES = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const OBSERVATION_VALUES = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
export const RISK_PROBABILITY = 'http://terminology.hl7.org/CodeSystem/risk-probability';
export const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
export const ABSENT_REASONS = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
export const DICOM_MODALITIES = 'http://dicom.nema.org/resources/ontology/DCM';

export function extensionUrl(name: string): string {
  return `${CONCORD}/StructureDefinition/${name}`;
}
