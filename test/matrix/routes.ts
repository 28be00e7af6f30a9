import type { Person } from '../access-world.ts';

/** What a route's answer is made of, as the rules speak of it. */
export type Kind = 'record' | 'vitals' | 'radiology-report' | 'chest-imaging' | 'score' | 'chart' | 'device' | 'reach';

export interface PointRoute {
  readonly route: string;
  readonly kind: Kind;
  readonly path: (person: Person) => string;
}

const study = (person: Person) => `/dicom-web/studies/${person.studyUid}`;
const series = (person: Person) => `${study(person)}/series/${person.seriesUid}`;
const sop = (person: Person) => `${series(person)}/instances/${person.sopUid}`;
const point = (route: string, kind: Kind, path: PointRoute['path']): PointRoute => ({ route: `GET ${route}`, kind, path });

/** Every route that answers about one patient, asked for by an id of that patient. */
export const POINTS: readonly PointRoute[] = [
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

export interface ListRoute {
  readonly route: string;
  readonly kind: Kind | 'worklist';
  readonly path: string;
  /** What of the patient stands in the answer when they are on the list. */
  readonly trace: (person: Person) => string;
}

const list = (route: string, kind: ListRoute['kind'], trace: ListRoute['trace'], query = ''): ListRoute => ({
  route: `GET ${route}`,
  kind,
  path: `${route}${query}`,
  trace,
});
const id = (person: Person) => person.id;

/** Every route that answers about many. */
export const LISTS: readonly ListRoute[] = [
  list('/fhir/R4/Patient', 'record', id, '?_count=200'),
  list('/fhir/R4/Encounter', 'record', id, '?_count=200'),
  list('/fhir/R4/Observation', 'vitals', (p) => p.observationId, '?_count=200'),
  list('/fhir/R4/DiagnosticReport', 'radiology-report', (p) => p.reportId, '?_count=200'),
  list('/fhir/R4/ImagingStudy', 'chest-imaging', (p) => p.studyId, '?_count=200'),
  list('/fhir/R4/RiskAssessment', 'score', (p) => p.assessmentId, '?_count=200'),
  list('/dicom-web/studies', 'chest-imaging', (p) => p.studyUid),
  list('/api/v1/patients', 'record', id),
  list('/api/v1/worklist', 'worklist', id),
];

/** A search that names one patient among its words: what it finds is as hidden as the patient. */
export const NAMED: readonly ListRoute[] = [
  { route: 'GET /fhir/R4/Encounter', kind: 'record', path: '/fhir/R4/Encounter?patient=', trace: (p) => p.encounterId },
  { route: 'GET /fhir/R4/Observation', kind: 'vitals', path: '/fhir/R4/Observation?patient=', trace: (p) => p.observationId },
  { route: 'GET /fhir/R4/DiagnosticReport', kind: 'radiology-report', path: '/fhir/R4/DiagnosticReport?patient=', trace: (p) => p.reportId },
  { route: 'GET /fhir/R4/ImagingStudy', kind: 'chest-imaging', path: '/fhir/R4/ImagingStudy?patient=', trace: (p) => p.studyId },
  { route: 'GET /fhir/R4/RiskAssessment', kind: 'score', path: '/fhir/R4/RiskAssessment?patient=', trace: (p) => p.assessmentId },
];

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
  'GET /audit': { roles: ['privacy'], because: 'the record of accesses, by row-level security too' },
  'GET /api/v1/admin/wards': { roles: ['administrator'], because: 'wards, no patient' },
  'POST /api/v1/admin/wards': { roles: ['administrator'], because: 'wards, no patient' },
  'GET /api/v1/admin/sources': { roles: ['administrator'], because: 'sources, no patient' },
  'POST /api/v1/admin/sources': { roles: ['administrator'], because: 'sources, no patient' },
  'GET /api/v1/admin/staff': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/admin/staff': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/admin/staff/wards': { roles: ['administrator'], because: 'staff, no patient' },
  'POST /api/v1/admin/care-teams': { roles: ['administrator'], because: 'teams, by row-level security too' },
  'GET /api/v1/break-glass/grants': { roles: ['physician', 'nurse', 'privacy'], because: 'one’s own grants, by row-level security too' },
  'POST /api/v1/break-glass/look-up': { roles: ['physician', 'nurse'], because: 'discloses existence by rule, by row-level security too' },
  'POST /api/v1/break-glass/grants': { roles: ['physician', 'nurse'], because: 'follows a look-up, by row-level security too' },
  'GET /api/v1/break-glass/reviews': { roles: ['privacy'], because: 'the officer’s desk, by row-level security too' },
  'POST /api/v1/break-glass/alerts/:id': { roles: ['privacy'], because: 'the officer’s desk, by row-level security too' },
  'POST /api/v1/break-glass/reviews/:id': { roles: ['privacy'], because: 'the officer’s desk, by row-level security too' },
  'GET /audit/head': { roles: ['privacy'], because: 'the log’s own state, no patient' },
  'GET /api/v1/models': { roles: ['steward'], because: 'bundles, no patient' },
  'POST /fhir/R4': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
  'POST /fhir/R4/Patient': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
  'POST /fhir/R4/Encounter': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
  'POST /fhir/R4/Observation': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
  'POST /fhir/R4/DiagnosticReport': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
  'POST /fhir/R4/Consent': { roles: ['integrator', 'patient'], because: 'the patient and sources; the rows by row-level security' },
  'POST /api/v1/ingest/wearables/csv': { roles: ['integrator'], because: 'only a source writes; the rows by row-level security' },
};

/** Covered by the suites of their own; what they ask is the same decision. */
export const ELSEWHERE: readonly RegExp[] = [
  /^POST \/fhir\/R4\/\w+\/_search$/,
  /^POST \/dicom-web\//,
  // One's own session, after signing in again: my-sessions.spec.ts.
  /^POST \/api\/v1\/sessions\/:ref\/end$/,
  /^GET \/fhir\/R4\/Consent/,
  /^POST \/api\/v1\/assessments\/:id\/counterfactual$/,
  /^POST \/api\/v1\/patients\/:id\//,
  /^GET \/api\/v1\/patients\/:id\/(access-report|disclosures)/,
  /^POST \/api\/v1\/break-glass\/grants\/:id\/end$/,
  / \/api\/v1\/models\//,
  / \/api\/v1\/discordances/,
  / \/audit\//,
  // Two people and legal holds, asked of both walls: erasure.spec.ts.
  / \/api\/v1\/(erasures|legal-holds)/,
];
