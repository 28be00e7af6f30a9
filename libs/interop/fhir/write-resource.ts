import { LOINC, toIso, UCUM, type Instant } from '@concord/core/kernel';
import type { Identifier, PatientId } from '@concord/core/clinical';
import type { ConsentRecord, EncounterRecord, ObservationRecord, PatientRecord, ReportRecord, StudyRecord } from '@concord/core/ports';
import { toBase64, toUtf8 } from './base64.ts';
import { ABSENT_REASONS, ACT_CODES, CATEGORY_CODES, DICOM_MODALITIES, NEWS2_CODES } from './systems.ts';

/** Drops what is undefined or an empty list: FHIR's JSON has neither. */
export function compact<T extends object>(object: T): Partial<T> {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as Partial<T>;
}

export function meta(version: number, updatedAt: Instant) {
  return { versionId: String(version), lastUpdated: toIso(updatedAt) };
}

export function patientRef(id: PatientId) {
  return { reference: `Patient/${id}` };
}

function identifiers(list: readonly Identifier[]) {
  return list.map(({ system, value }) => ({ system, value }));
}

const DEMO_LABEL = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST', display: 'test health data' };

export function writePatient(record: PatientRecord) {
  const { demographics, family, given } = record;
  const name = compact({ family: family === '' ? undefined : family, given });
  return compact({
    resourceType: 'Patient' as const,
    id: record.id,
    meta: { ...meta(record.version, record.updatedAt), ...(record.demoKind === undefined ? {} : { security: [DEMO_LABEL] }) },
    identifier: identifiers(record.identifiers),
    name: Object.keys(name).length === 0 ? undefined : [name],
    gender: demographics.sex,
    birthDate: demographics.birthDate,
  });
}

export function writeEncounter(record: EncounterRecord) {
  const { stay } = record;
  return compact({
    resourceType: 'Encounter' as const,
    id: record.id,
    meta: meta(record.version, record.updatedAt),
    identifier: identifiers(record.identifiers),
    status: stay.status,
    class: { system: ACT_CODES, code: stay.class },
    subject: patientRef(record.patientId),
    period: compact({ start: toIso(stay.start), end: stay.end === undefined ? undefined : toIso(stay.end) }),
    location: record.locations.map(({ wardId, bed, start, end, status }) =>
      compact({
        location: compact({ reference: `Location/${wardId}`, display: bed }),
        status,
        period: start === undefined && end === undefined ? undefined : compact({ start: start && toIso(start), end: end && toIso(end) }),
      }),
    ),
  });
}

/** Both codes that US Core asks for on a pulse oximetry. */
const TWINS: ReadonlyMap<string, readonly string[]> = new Map([['2708-6', ['2708-6', '59408-5']]]);

function coding(system: string, code: string) {
  const mark = code.indexOf('#');
  // Our own codes are stored joined with their system, so that they cannot be taken for a LOINC.
  if (mark > 0 && code.startsWith(NEWS2_CODES)) return [{ system: code.slice(0, mark), code: code.slice(mark + 1) }];
  const codes = system === LOINC ? (TWINS.get(code) ?? [code]) : [code];
  return codes.map((one) => ({ system, code: one }));
}

const VITAL_SIGNS = [{ coding: [{ system: CATEGORY_CODES, code: 'vital-signs' }] }];

/** The value as it was sent; what the models read is the canonical one. */
function answerOf(record: ObservationRecord) {
  const value = record.sentNumber ?? record.number;
  const unit = record.sentUnit ?? record.unit;
  if (value !== undefined && unit !== undefined) return { valueQuantity: { value, unit, system: UCUM, code: unit } };
  if (record.text !== undefined) return codedAnswer(record.text);
  return MAY_LACK_VALUE.includes(record.status) ? {} : { dataAbsentReason: { coding: [{ system: ABSENT_REASONS, code: 'unknown' }] } };
}

const MAY_LACK_VALUE: readonly ObservationRecord['status'][] = ['registered', 'cancelled', 'entered-in-error'];

function codedAnswer(text: string) {
  return text === 'true' || text === 'false' ? { valueBoolean: text === 'true' } : { valueString: text };
}

export function writeObservation(record: ObservationRecord) {
  const status = record.retractedAt === undefined ? record.status : 'entered-in-error';
  const device = record.device;
  return compact({
    resourceType: 'Observation' as const,
    id: record.id,
    meta: meta(record.version, record.availableAt),
    identifier: record.identifier === undefined ? undefined : identifiers([record.identifier]),
    status,
    category: record.modality === 'vitals' ? VITAL_SIGNS : undefined,
    code: { coding: coding(record.codeSystem, record.code) },
    subject: patientRef(record.patientId),
    encounter: record.encounterId === undefined ? undefined : { reference: `Encounter/${record.encounterId}` },
    effectiveDateTime: toIso(record.effectiveAt),
    ...answerOf({ ...record, status }),
    device: device === undefined ? undefined : /^Device\/[A-Za-z0-9\-.]{1,64}$/.test(device) ? { reference: device } : { display: device },
  });
}

export function writeReport(record: ReportRecord) {
  const form = compact({
    contentType: record.contentType,
    language: record.language,
    data: record.text === '' ? undefined : toBase64(toUtf8(record.text)),
    title: record.title,
  });
  return compact({
    resourceType: 'DiagnosticReport' as const,
    id: record.id,
    meta: meta(record.version, record.availableAt),
    identifier: record.identifier === undefined ? undefined : identifiers([record.identifier]),
    status: record.retractedAt === undefined ? record.status : 'entered-in-error',
    code: { coding: [compact({ system: record.code.system, code: record.code.code, display: record.code.display })] },
    subject: patientRef(record.patientId),
    encounter: record.encounterId === undefined ? undefined : { reference: `Encounter/${record.encounterId}` },
    effectiveDateTime: toIso(record.effectiveAt),
    issued: toIso(record.issued),
    presentedForm: [form],
  });
}

/** As it was said, under our id and version. */
export function writeConsent(record: ConsentRecord) {
  return {
    ...record.resource,
    resourceType: 'Consent' as const,
    id: record.id,
    meta: meta(record.version, record.updatedAt),
    patient: patientRef(record.patientId),
  };
}

/** ImagingStudy as R4 maps it from DICOM; `identifier` by `urn:dicom:uid`, the accession number typed ACSN. */
export function writeImagingStudy(record: StudyRecord) {
  const accession = record.accession === undefined ? [] : [{ type: { coding: [ACSN] }, value: record.accession }];
  const instances = record.series.reduce((sum, series) => sum + series.instances.length, 0);
  return compact({
    resourceType: 'ImagingStudy' as const,
    id: record.id,
    meta: { lastUpdated: toIso(record.updatedAt) },
    identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${record.studyInstanceUid}` }, ...accession],
    status: 'available' as const,
    modality: record.modalities.map((code) => ({ system: DICOM_MODALITIES, code })),
    subject: patientRef(record.patientId),
    started: toIso(record.started),
    description: record.description,
    numberOfSeries: record.series.length,
    numberOfInstances: instances,
    series: record.series.map((series) =>
      compact({
        uid: series.seriesInstanceUid,
        modality: { system: DICOM_MODALITIES, code: series.modality },
        description: series.description,
        numberOfInstances: series.instances.length,
        instance: series.instances.map(({ sopInstanceUid, sopClassUid, number }) =>
          compact({ uid: sopInstanceUid, sopClass: { system: 'urn:ietf:rfc:3986', code: `urn:oid:${sopClassUid}` }, number }),
        ),
      }),
    ),
  });
}

const ACSN = { system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'ACSN' };
