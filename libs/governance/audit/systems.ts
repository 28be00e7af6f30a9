/** Code systems that an AuditEvent of ours names. */
export const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
export const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
export const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
export const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
export const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';
export const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';
export const BALP = 'https://profiles.ihe.net/ITI/BALP';
export const OURS = 'https://concord.example/fhir';

export type Json = Readonly<Record<string, unknown>>;

export const coded = (system: string, code: string, display?: string): Json => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
