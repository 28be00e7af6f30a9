import type { Person } from '../access-world.ts';
import type { Standing } from './oracle.ts';
import type { Whole } from './whole.ts';

/** What a route's answer is made of, as the rules speak of it. */
export type Kind =
  'record' | 'vitals' | 'radiology-report' | 'chest-imaging' | 'score' | 'chart' | 'device' | 'reach' | 'consent' | 'accesses' | 'contradiction' | 'held';

export interface PointRoute<P extends Person = Whole> {
  readonly route: string;
  readonly kind: Kind;
  readonly path: (person: P) => string;
}

const point = <P extends Person>(route: string, kind: Kind, path: (person: P) => string): PointRoute<P> => ({ route: `GET ${route}`, kind, path });
const study = (person: Person) => `/dicom-web/studies/${person.studyUid}`;
const series = (person: Person) => `${study(person)}/series/${person.seriesUid}`;
const sop = (person: Person) => `${series(person)}/instances/${person.sopUid}`;

/** Every route that answers about what care has of one patient, asked for by an id of that patient. */
export const CARE_POINTS: readonly PointRoute<Person>[] = [
  point('/fhir/R4/Patient/:id', 'record', (p) => `/fhir/R4/Patient/${p.id}`),
  point('/fhir/R4/Patient/:id/_history/:version', 'record', (p) => `/fhir/R4/Patient/${p.id}/_history/1`),
  point('/fhir/R4/Encounter/:id', 'record', (p) => `/fhir/R4/Encounter/${p.encounterId}`),
  point('/fhir/R4/Encounter/:id/_history/:version', 'record', (p) => `/fhir/R4/Encounter/${p.encounterId}/_history/1`),
  point('/fhir/R4/Observation/:id', 'vitals', (p) => `/fhir/R4/Observation/${p.observationId}`),
  point('/fhir/R4/Observation/:id/_history/:version', 'vitals', (p) => `/fhir/R4/Observation/${p.observationId}/_history/1`),
  point('/fhir/R4/DiagnosticReport/:id', 'radiology-report', (p) => `/fhir/R4/DiagnosticReport/${p.reportId}`),
  point('/fhir/R4/DiagnosticReport/:id/_history/:version', 'radiology-report', (p) => `/fhir/R4/DiagnosticReport/${p.reportId}/_history/1`),
  point('/fhir/R4/ImagingStudy/:id', 'chest-imaging', (p) => `/fhir/R4/ImagingStudy/${p.studyId}`),
  point('/fhir/R4/RiskAssessment/:id', 'score', (p) => `/fhir/R4/RiskAssessment/${p.assessmentId}`),
  point('/dicom-web/studies/:study/series', 'chest-imaging', (p) => `${study(p)}/series`),
  point('/dicom-web/studies/:study/instances', 'chest-imaging', (p) => `${study(p)}/instances`),
  point('/dicom-web/studies/:study/series/:series/instances', 'chest-imaging', (p) => `${series(p)}/instances`),
  point('/dicom-web/studies/:study/metadata', 'chest-imaging', (p) => `${study(p)}/metadata`),
  point('/dicom-web/studies/:study/series/:series/metadata', 'chest-imaging', (p) => `${series(p)}/metadata`),
  point('/dicom-web/studies/:study/series/:series/instances/:sop/metadata', 'chest-imaging', (p) => `${sop(p)}/metadata`),
  point('/dicom-web/studies/:study', 'chest-imaging', study),
  point('/dicom-web/studies/:study/series/:series', 'chest-imaging', series),
  point('/dicom-web/studies/:study/series/:series/instances/:sop', 'chest-imaging', sop),
  point('/dicom-web/studies/:study/series/:series/instances/:sop/rendered', 'chest-imaging', (p) => `${sop(p)}/rendered`),
  point('/dicom-web/studies/:study/series/:series/instances/:sop/frames/:frame/rendered', 'chest-imaging', (p) => `${sop(p)}/frames/1/rendered`),
  point('/api/v1/patients/:id', 'chart', (p) => `/api/v1/patients/${p.id}`),
  point('/api/v1/patients/:id/timeline', 'chart', (p) => `/api/v1/patients/${p.id}/timeline`),
  point('/api/v1/patients/:id/assessments', 'score', (p) => `/api/v1/patients/${p.id}/assessments`),
  point('/api/v1/patients/:id/reports/:reportId', 'radiology-report', (p) => `/api/v1/patients/${p.id}/reports/${p.reportId}`),
  point('/api/v1/assessments/:id', 'score', (p) => `/api/v1/assessments/${p.assessmentId}`),
  point('/api/v1/patients/:id/devices', 'device', (p) => `/api/v1/patients/${p.id}/devices`),
  point('/api/v1/patients/:id/reach', 'reach', (p) => `/api/v1/patients/${p.id}/reach`),
];

/** The same, and what is kept about a patient beside the care. */
export const POINTS: readonly PointRoute[] = [
  ...CARE_POINTS,
  point<Whole>('/fhir/R4/Consent/:id', 'consent', (p) => `/fhir/R4/Consent/${p.consentId}`),
  point('/api/v1/patients/:id/access-report', 'accesses', (p) => `/api/v1/patients/${p.id}/access-report`),
  point('/api/v1/patients/:id/disclosures', 'accesses', (p) => `/api/v1/patients/${p.id}/disclosures`),
];

export interface ListRoute {
  readonly route: string;
  readonly kind: Kind | 'worklist';
  readonly path: string;
  /** Of a search that is posted: what is sent, the patient's id left out. */
  readonly form?: string;
  /** Where the kind does not say who is listed. */
  readonly lists?: (role: string, standing: Standing) => boolean;
  /** What of the patient stands in the answer when they are on the list. */
  readonly trace: (person: Whole) => string;
}

const list = (route: string, kind: ListRoute['kind'], trace: ListRoute['trace'], query = ''): ListRoute => ({
  route: `GET ${route}`,
  kind,
  path: `${route}${query}`,
  trace,
});
const id = (person: Whole) => person.id;

type Searched = readonly [type: string, kind: Kind, trace: ListRoute['trace']];
const SEARCHED: readonly Searched[] = [
  ['Patient', 'record', id],
  ['Encounter', 'record', (p) => p.encounterId],
  ['Observation', 'vitals', (p) => p.observationId],
  ['DiagnosticReport', 'radiology-report', (p) => p.reportId],
  ['ImagingStudy', 'chest-imaging', (p) => p.studyId],
  ['RiskAssessment', 'score', (p) => p.assessmentId],
  ['Consent', 'consent', (p) => p.consentId],
];

/** Every route that answers about many. */
export const LISTS: readonly ListRoute[] = [
  ...SEARCHED.flatMap(([type, kind, trace]) => [
    list(`/fhir/R4/${type}`, kind, trace, '?_count=200'),
    { route: `POST /fhir/R4/${type}/_search`, kind, path: `/fhir/R4/${type}/_search`, form: '_count=200', trace },
  ]),
  list('/dicom-web/studies', 'chest-imaging', (p) => p.studyUid),
  list('/api/v1/patients', 'record', id),
  list('/api/v1/worklist', 'worklist', id),
  list('/api/v1/discordances', 'contradiction', id),
  list('/api/v1/held-readings', 'held', id),
  { ...list('/api/v1/break-glass/grants', 'record', (p) => p.grantId), lists: (role, { glassOf }) => glassOf === role },
  // While a grant is open its holder is told of whom it is.
  { ...list('/api/v1/break-glass/grants', 'record', id), lists: (role, { glassOf }) => glassOf === role },
  { ...list('/api/v1/break-glass/reviews', 'record', id), lists: (role, { glassOf }) => role === 'privacy' && glassOf !== undefined },
  { ...list('/api/v1/erasures', 'record', (p) => p.erasureId), lists: (role) => role === 'privacy' || role === 'administrator' },
  { ...list('/api/v1/legal-holds', 'record', (p) => p.holdId), lists: (role) => role === 'privacy' },
];

/** A search that names one patient among its words: what it finds is as hidden as the patient. */
export const NAMED: readonly ListRoute[] = SEARCHED.flatMap(([type, kind, trace]) => {
  const query = type === 'Patient' ? '_id=' : 'patient=';
  return [
    { route: `GET /fhir/R4/${type}`, kind, path: `/fhir/R4/${type}?${query}`, trace },
    { route: `POST /fhir/R4/${type}/_search`, kind, path: `/fhir/R4/${type}/_search`, form: query, trace },
  ];
});

/** Routes that a role may call or not, whoever the patient; the application alone guards these, and why that is enough. */
export const APP_ONLY: Readonly<Record<string, { readonly roles: readonly string[]; readonly because: string }>> = {
  'GET /metrics': { roles: ['steward'], because: 'running figures, no patient' },
  'GET /api/v1/session': {
    roles: ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'],
    because: 'one’s own session',
  },
  'GET /api/v1/sessions': {
    roles: ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'],
    because: 'one’s own sessions',
  },
  'GET /api/v1/openapi.json': {
    roles: ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'],
    because: 'the description of the API',
  },
  'GET /api/v1/reconcile': { roles: ['integrator'], because: 'a source’s own arrivals, by row-level security too' },
  'GET /api/v1/admin/wards': { roles: ['administrator'], because: 'wards, no patient' },
  'POST /api/v1/admin/wards': { roles: ['administrator'], because: 'wards, no patient' },
  'GET /api/v1/admin/sources': { roles: ['administrator'], because: 'sources, no patient' },
  'POST /api/v1/admin/sources': { roles: ['administrator'], because: 'sources, no patient' },
  'GET /api/v1/admin/staff': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/admin/staff': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/admin/staff/wards': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/break-glass/alerts/:id': { roles: ['privacy'], because: 'the officer’s desk, by row-level security too' },
  'GET /audit/head': { roles: ['privacy'], because: 'the log’s own state, no patient' },
  'GET /api/v1/models': { roles: ['steward'], because: 'bundles, no patient' },
  'GET /audit/bundles/:id': { roles: ['privacy'], because: 'one’s own exports of the record, by row-level security too' },
  'GET /audit/bundles/:id/files/:name': { roles: ['privacy'], because: 'one’s own exports of the record, by row-level security too' },
  'GET /audit/bundles/:id/archive': { roles: ['privacy'], because: 'one’s own exports of the record, by row-level security too' },
  'GET /api/v1/models/:id/card': { roles: ['steward'], because: 'bundles, no patient' },
  'GET /api/v1/models/:id/report': { roles: ['steward'], because: 'bundles, no patient' },
  'POST /api/v1/models/rollback': { roles: ['steward'], because: 'bundles, no patient' },
  'POST /api/v1/models/:id/activate': { roles: ['steward'], because: 'bundles, no patient' },
  'POST /api/v1/models/validations': { roles: ['steward'], because: 'figures of a ward, no patient' },
  'POST /api/v1/models/validations/:id/withdraw': { roles: ['steward'], because: 'figures of a ward, no patient' },
  'POST /api/v1/sessions/:ref/end': {
    roles: ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'],
    because: 'one’s own sessions',
  },
};
