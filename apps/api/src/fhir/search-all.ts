import type { BundleId, RiskTaskId } from '@concord/core/clinical';
import type { AccessScope, Page } from '@concord/core/ports';
import { instant } from '@concord/core/kernel';
import {
  BUNDLE_CODES,
  present,
  TASK_CODES,
  writeConsent,
  writeEncounter,
  writeImagingStudy,
  writeObservation,
  writePatient,
  writeReport,
  type Criteria,
  type ServedType,
} from '@concord/interop/fhir';
import { SIGNS } from '@concord/modalities/vitals';
import { taskOf } from '@concord/tasks/registry';
import type { Shown } from './answers.ts';
import { asBundleId, asEncounterId, asPatientId, asReportId, asTaskId, uuidOf } from './ids.ts';
import { writeRisks } from './risk.ts';

export interface FoundPage {
  readonly resources: readonly Shown[];
  readonly total: number;
  readonly next?: string;
}

const NOTHING: FoundPage = { resources: [], total: 0 };

/** Asks the store of a type; what the reader may not see is neither in the page nor in the total. */
export async function searchAll(scope: AccessScope, type: ServedType, criteria: Criteria): Promise<FoundPage> {
  if (criteria.isEmpty === true) return NOTHING;
  const page: Page = { count: criteria.count, ...(criteria.after === undefined ? {} : { after: criteria.after }) };
  const found = await ASK[type](scope, criteria, page);
  if (!criteria.countOnly) return found;
  return { resources: [], total: found.total };
}

type Ask = (scope: AccessScope, criteria: Criteria, page: Page) => Promise<FoundPage>;

const ASK: Readonly<Record<ServedType, Ask>> = {
  Patient: async ({ patients }, criteria, page) => written(await patients.search({ ...whose(criteria), ...idsOf(criteria, asPatientId) }, page), writePatient),
  Encounter: async ({ encounters }, criteria, page) =>
    written(await encounters.search({ ...about(criteria), ...idsOf(criteria, asEncounterId) }, page), writeEncounter),
  Observation: async ({ observations }, criteria, page) => {
    const codes = codesOf(criteria);
    if (codes?.length === 0) return NOTHING;
    const query = { ...about(criteria), ...stayOf(criteria), ...idsOf(criteria, uuidOf), ...present({ codes }) };
    return written(await observations.search(query, page), writeObservation);
  },
  DiagnosticReport: async ({ reports }, criteria, page) => {
    const query = { ...about(criteria), ...stayOf(criteria), ...idsOf(criteria, asReportId), ...present({ codes: criteria.codes }) };
    return written(await reports.search(query, page), writeReport);
  },
  ImagingStudy: async ({ imaging }, criteria, page) =>
    written(await imaging.studies({ ...subjectOf(criteria), ...rangeOf(criteria), ...idsOf(criteria, uuidOf), ...imageOf(criteria) }, page), writeImagingStudy),
  RiskAssessment: risks,
  Consent: async ({ consents }, criteria, page) =>
    written(await consents.search({ ...subjectOf(criteria), ...idsOf(criteria, uuidOf), ...present({ status: criteria.status }) }, page), writeConsent),
};

function written<R>(found: { readonly items: readonly R[]; readonly total: number; readonly next?: string }, write: (record: R) => Shown): FoundPage {
  return { resources: found.items.map(write), total: found.total, ...(found.next === undefined ? {} : { next: found.next }) };
}

async function risks(scope: AccessScope, criteria: Criteria, page: Page): Promise<FoundPage> {
  const method = methodOf(criteria);
  if (method === undefined) return NOTHING;
  const found = await scope.assessments.search(
    { ...subjectOf(criteria), ...stayOf(criteria), ...rangeOf(criteria), ...idsOf(criteria, uuidOf), ...method },
    page,
  );
  return { resources: await writeRisks(scope, found.items), total: found.total, ...(found.next === undefined ? {} : { next: found.next }) };
}

/** `method` is a task or a bundle, `performer` the bundle's device. Undefined when nothing can be both. */
function methodOf({ method, performer }: Criteria): { readonly task?: RiskTaskId; readonly bundle?: BundleId } | undefined {
  const bundle = performer === undefined ? {} : { bundle: asBundleId(performer) };
  if (method === undefined) return bundle;
  if (isTask(method)) return { ...bundle, task: asTaskId(method.code) };
  const isBundle = method.system === undefined || method.system === BUNDLE_CODES;
  if (!isBundle || (performer !== undefined && performer !== method.code)) return undefined;
  return { bundle: asBundleId(method.code) };
}

function isTask({ system, code }: NonNullable<Criteria['method']>): boolean {
  return system === TASK_CODES || (system === undefined && taskOf(code) !== undefined);
}

function about(criteria: Criteria) {
  return { ...subjectOf(criteria), ...rangeOf(criteria), ...whose(criteria), ...present({ status: criteria.status }) };
}

function whose({ identifier }: Criteria) {
  return present({ identifier });
}

function subjectOf({ patientId }: Criteria) {
  return patientId === undefined ? {} : { patientId: asPatientId(patientId) };
}

function stayOf({ encounterId }: Criteria) {
  return encounterId === undefined ? {} : { encounterId: asEncounterId(encounterId) };
}

function idsOf<Id>({ ids }: Criteria, as: (text: string) => Id): { readonly ids?: readonly Id[] } {
  return ids === undefined ? {} : { ids: ids.map(as) };
}

/** The stores count their last moment in; a range of FHIR ends before it. Times are kept to the millisecond. */
function rangeOf({ date }: Criteria) {
  return {
    ...(date?.from === undefined ? {} : { from: date.from }),
    ...(date?.to === undefined ? {} : { to: instant(date.to - 1) }),
  };
}

/** Codes that were asked for, within the category that was asked for. */
function codesOf({ codes, category }: Criteria): readonly string[] | undefined {
  if (category === undefined) return codes;
  const vital = SIGNS.map(({ code }) => code);
  return codes === undefined ? vital : codes.filter((code) => vital.includes(code));
}

function imageOf({ identifier, modality }: Criteria) {
  const uid = identifier?.system === 'urn:dicom:uid' ? { studyInstanceUid: identifier.value.replace(/^urn:oid:/, '') } : {};
  // An accession number has no system here; under a foreign one nothing is known.
  const foreign = identifier !== undefined && identifier.system !== 'urn:dicom:uid' ? { ids: [uuidOf('')] } : {};
  return { ...uid, ...foreign, ...(modality === undefined ? {} : { modality }) };
}
