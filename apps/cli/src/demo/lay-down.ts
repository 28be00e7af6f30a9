import type { PatientId, ReceivedReport, ReportId, WardId } from '@concord/core/clinical';
import { LOINC, minutes, minus, plus, type Instant } from '@concord/core/kernel';
import type { AccessScope, NewReport, WithAccess } from '@concord/core/ports';
import { DEMO_AUTHORITY, type DemoPatient, type DemoReport } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import { modalities } from '@concord/modalities/registry';
import { admit, derivedOf } from '@concord/pipeline/ingest';
import { PAST } from './anchor.ts';
import type { DemoSource } from './demo-source.ts';
import { filmRecord } from './film.ts';
import { DEMO_SOURCE, writing } from './requests.ts';
import { rowsOf } from './rows.ts';

/** Chest X-ray single view portable. */
const PORTABLE_CHEST = { system: LOINC, code: '36589-6', display: 'Chest X-ray portable single view' };
/** The demo user `patient` of the realm. */
const PATIENT_ACCOUNT = { issuer: 'concord', subject: '00000000-0000-4000-8000-000000000007' };
/** The store gives the report its id and version; what is read in the text does not depend on them. */
const UNNAMED = '00000000-0000-0000-0000-000000000000' as ReportId;
const asWard = (id: DemoPatient['wardId']): WardId => id as string as WardId;
const ADMISSION_KNOWN_AFTER = minutes(5);
const REPORT_KNOWN_AFTER = minutes(2);

export interface LayDownParts {
  readonly withAccess: WithAccess;
  readonly reader: DicomReader;
  readonly zone: string;
  readonly source: DemoSource;
}

/** One demo patient with everything that was sent about them up to `upTo`, in one transaction: there is no half patient. */
export async function layDown(patient: DemoPatient, upTo: Instant, parts: LayDownParts): Promise<{ readonly patientId: PatientId; readonly isNew: boolean }> {
  const done = await parts.withAccess(writing('concord seed'), async (scope) => {
    const known = await scope.patients.match({ system: DEMO_AUTHORITY, value: patient.mrn });
    if (known !== undefined) return { patientId: known, isNew: false };
    const patientId = await admitted(scope, patient, parts.source.kind);
    await storeReadings(scope, { patient, patientId, from: minus(patient.plan.anchor, PAST), upTo, source: parts.source });
    for (const report of patient.reports) await storeReport(scope, patientId, report);
    for (const image of patient.images) {
      const bytes = await parts.source.film(patient, image);
      const blob = await scope.blobs.put(bytes, patientId);
      await scope.imaging.put(await filmRecord(bytes, { subject: patientId, blob, zone: parts.zone, image }, parts.reader));
    }
    return { patientId, isNew: true };
  });
  if (!done.ok) throw new Error(`the seed may not write: ${done.error.kind}`);
  return done.value;
}

async function admitted(scope: AccessScope, patient: DemoPatient, demoKind: DemoSource['kind']): Promise<PatientId> {
  const availableAt = plus(patient.admittedAt, ADMISSION_KNOWN_AFTER);
  const identifiers = [{ system: DEMO_AUTHORITY, value: patient.mrn }];
  const { family, given, birthDate, sex, wardId, bed, admittedAt } = patient;
  const made = await scope.patients.create({
    identifiers,
    family,
    given,
    demographics: { birthDate, sex },
    demoKind,
    sourceId: DEMO_SOURCE,
    availableAt,
  });
  await scope.patients.raiseRevision(made.id);
  await scope.encounters.put({
    patientId: made.id,
    identifiers: [{ system: 'urn:concord:demo:encounter', value: `E-${patient.mrn}` }],
    stay: { status: 'in-progress', class: 'IMP', start: admittedAt },
    locations: [{ wardId: asWard(wardId), bed, start: admittedAt, status: 'active' }],
    sourceId: DEMO_SOURCE,
    availableAt,
  });
  if (patient.special === 'signs-in-to-see-own-record') await scope.care.linkAccount({ patientId: made.id, ...PATIENT_ACCOUNT });
  return made.id;
}

export interface Span {
  readonly patient: DemoPatient;
  readonly patientId: PatientId;
  readonly from: Instant;
  readonly upTo: Instant;
  readonly source: DemoSource;
}

/** @returns how many readings were new. */
export async function storeReadings(scope: AccessScope, { patient, patientId, from, upTo, source }: Span): Promise<number> {
  const readings = source.readings(patient, from, upTo);
  if (readings.length === 0) return 0;
  const blob = await scope.blobs.put(new TextEncoder().encode(readings.map((one) => JSON.stringify(one)).join('\n')), patientId);
  await scope.patients.raiseRevision(patientId);
  const stored = await scope.observations.putAll(rowsOf(readings, { subject: patientId, blob, kind: source.kind }));
  return stored.filter(({ kind }) => kind === 'created').length;
}

async function storeReport(scope: AccessScope, patientId: PatientId, { identifier, issuedAt, status, text }: DemoReport): Promise<void> {
  const blob = await scope.blobs.put(new TextEncoder().encode(text), patientId);
  const effectiveAt = issuedAt;
  const received: ReceivedReport = {
    kind: 'report',
    sourceId: DEMO_SOURCE,
    subject: patientId,
    blob,
    effectiveAt,
    receivedAt: plus(issuedAt, REPORT_KNOWN_AFTER),
    reportId: UNNAMED,
    version: 1,
    code: PORTABLE_CHEST,
    status,
    text,
  };
  const read = admit(received, modalities);
  if (!read.ok) throw new Error(`the generator wrote a report that is refused: ${read.error.kind}`);
  const record: NewReport = {
    patientId,
    modality: read.value.modality,
    code: PORTABLE_CHEST,
    status,
    issued: issuedAt,
    effectiveAt,
    availableAt: received.receivedAt,
    text,
    contentType: 'text/plain; charset=utf-8',
    derived: derivedOf(read.value) ?? null,
    identifier: { system: 'urn:concord:demo:report', value: identifier },
    sourceId: DEMO_SOURCE,
    blob,
  };
  await scope.reports.put(record);
}
