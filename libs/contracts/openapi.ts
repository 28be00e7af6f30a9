import { z } from 'zod';
import { discordanceListSchema, reviewSchema } from './agreement.ts';
import { accessReportSchema, accountingSchema } from './access-report.ts';
import { ACCESS_OPERATIONS, ACCESS_SCHEMAS } from './openapi-access.ts';
import { AUDIT_OPERATIONS, AUDIT_SCHEMAS } from './openapi-audit.ts';
import { ERASURE_OPERATIONS, ERASURE_SCHEMAS } from './openapi-erasure.ts';
import { MODELS_OPERATIONS, MODELS_SCHEMAS } from './openapi-models.ts';
import { assessmentListSchema, assessmentSchema } from './assessment.ts';
import { counterfactualQuestionSchema, counterfactualSchema } from './counterfactual.ts';
import { csvReceiptSchema, problemSchema } from './ingest.ts';
import {
  patientListSchema,
  patientPageSchema,
  reconcileListSchema,
  reportViewSchema,
  sessionListSchema,
  sessionSchema,
  timelineSchema,
  worklistSchema,
} from './worklist.ts';

interface Operation {
  readonly method: 'get' | 'post';
  /** With `{name}` for what stands in the path. */
  readonly path: string;
  readonly summary: string;
  /** Query parameters with their meaning. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly description: string };
  /** Name of the schema of the answer; a document when none is given. */
  readonly answer?: keyof typeof SCHEMAS;
  readonly answerType?: string;
  /** Statuses besides 401. */
  readonly failures: readonly number[];
}

const SCHEMAS = {
  ...ACCESS_SCHEMAS,
  ...AUDIT_SCHEMAS,
  Session: sessionSchema,
  SessionList: sessionListSchema,
  Worklist: worklistSchema,
  PatientList: patientListSchema,
  PatientPage: patientPageSchema,
  Timeline: timelineSchema,
  Assessment: assessmentSchema,
  AssessmentList: assessmentListSchema,
  CounterfactualQuestion: counterfactualQuestionSchema,
  Counterfactual: counterfactualSchema,
  Report: reportViewSchema,
  DiscordanceList: discordanceListSchema,
  Review: reviewSchema,
  ReconcileList: reconcileListSchema,
  ...ERASURE_SCHEMAS,
  ...MODELS_SCHEMAS,
  CsvReceipt: csvReceiptSchema,
  AccessReport: accessReportSchema,
  Accounting: accountingSchema,
  Problem: problemSchema,
} as const;

const REPORT_QUERY = {
  from: 'Instant with offset; six years ago without it.',
  to: 'Instant with offset; now without it.',
  format: 'json (as without it), html for print, csv.',
};

/** Everything under `/api/v1`, and the audit record. FHIR and DICOMweb describe themselves in their own forms. */
const OPERATIONS: readonly Operation[] = [
  { method: 'get', path: '/api/v1/session', summary: 'Who is signed in, and which wards they reach now.', answer: 'Session', failures: [403] },
  { method: 'get', path: '/api/v1/sessions', summary: 'Where one is signed in, the newest first.', answer: 'SessionList', failures: [400, 403] },
  {
    method: 'post',
    path: '/api/v1/sessions/{ref}/end',
    summary: 'Ends one of one’s own sessions; needs a sign-in of the last five minutes.',
    answer: 'Done',
    failures: [400, 401, 403, 404],
  },
  {
    method: 'get',
    path: '/api/v1/worklist',
    summary: 'Admitted patients whom the reader may reach, worst first.',
    query: { ward: 'Location id of a ward; every ward of the reader without it.', task: 'Task of the trend; physiological-decline-24h without it.' },
    answer: 'Worklist',
    failures: [400, 403],
  },
  { method: 'get', path: '/api/v1/patients', summary: 'Patients whom the reader may reach.', answer: 'PatientList', failures: [400, 403] },
  {
    method: 'get',
    path: '/api/v1/patients/{id}',
    summary: 'Head of a patient’s page: NEWS2 as of now, newest assessments, inputs.',
    answer: 'PatientPage',
    failures: [400, 404],
  },
  {
    method: 'get',
    path: '/api/v1/patients/{id}/timeline',
    summary: 'Vital signs, reports, images and scores on one time axis.',
    query: { hours: 'Length of the axis that ends now, 1 to 168; 24 without it.' },
    answer: 'Timeline',
    failures: [400, 404],
  },
  {
    method: 'get',
    path: '/api/v1/patients/{id}/assessments',
    summary: 'Stored assessments, newest first.',
    query: { task: 'Id of a task; all without it.', asOf: 'Instant with offset: only assessments of this moment or before.' },
    answer: 'AssessmentList',
    failures: [400, 404],
  },
  {
    method: 'get',
    path: '/api/v1/patients/{id}/reports/{reportId}',
    summary: 'A report with its sections, sentences and what each finding is said to be. Offsets count UTF-16 units of the text.',
    query: { version: 'Version of the report; the newest without it.' },
    answer: 'Report',
    failures: [400, 404],
  },
  {
    method: 'get',
    path: '/api/v1/patients/{id}/access-report',
    summary: 'Who looked at the patient and why they were allowed, newest first. For the patient and the privacy officer.',
    query: REPORT_QUERY,
    answer: 'AccessReport',
    failures: [400, 404, 422],
  },
  {
    method: 'get',
    path: '/api/v1/patients/{id}/disclosures',
    summary: 'Accounting of disclosures, 45 CFR 164.528. For the patient and the privacy officer.',
    query: REPORT_QUERY,
    answer: 'Accounting',
    failures: [400, 404, 422],
  },
  {
    method: 'post',
    path: '/api/v1/patients/{id}/disclosures',
    summary: 'Writes down that something was given to somebody outside. For the privacy officer.',
    body: { type: 'application/json', description: '{recipient: {name, address?}, basis, disclosedAt, what: [kind…]}' },
    failures: [400, 403, 404, 415, 422],
  },
  {
    method: 'post',
    path: '/api/v1/patients/{id}/disclosure-suspensions',
    summary: 'An agency asked that disclosures to it be left out of accountings for a time (164.528(a)(2)); an oral request for at most 30 days.',
    body: { type: 'application/json', description: '{agency, request: written or oral, until}' },
    failures: [400, 403, 404, 415, 422],
  },
  { method: 'get', path: '/api/v1/assessments/{id}', summary: 'One stored assessment.', answer: 'Assessment', failures: [400, 404] },
  {
    method: 'post',
    path: '/api/v1/assessments/{id}/counterfactual',
    summary: 'What the model would answer with other readings ("if SpO2 were 96"). Nothing is stored; audited as a read.',
    body: { type: 'application/json', description: 'CounterfactualQuestion: changes of measured quantities; an empty list gives the stored number.' },
    answer: 'Counterfactual',
    failures: [400, 404, 409, 415, 422, 503],
  },
  {
    method: 'get',
    path: '/api/v1/discordances',
    summary: 'Patients whose report and image contradict each other, newest first: a list for a second look.',
    answer: 'DiscordanceList',
    failures: [400, 403],
  },
  {
    method: 'post',
    path: '/api/v1/discordances/{id}/review',
    summary: 'How a contradiction ended. Once; by a radiologist who reaches the patient.',
    body: { type: 'application/json', description: 'Review: report-stands, film-stands, both-possible or not-this-patient.' },
    answer: 'Review',
    failures: [400, 404, 415, 422],
  },
  {
    method: 'get',
    path: '/api/v1/reconcile',
    summary: 'What could not be matched to a patient and waits for a person.',
    query: { after: 'Where to go on, from the answer before.' },
    answer: 'ReconcileList',
    failures: [400, 403],
  },
  {
    method: 'post',
    path: '/api/v1/ingest/wearables/csv',
    summary: 'Vital signs, one a line: patient,device,code,value,unit,effectiveAt,sentAt.',
    query: { partial: 'true: store the good rows and name the others.' },
    body: { type: 'text/csv', description: 'LOINC codes, UCUM units, ISO 8601 instants with offset. The header is line 1.' },
    answer: 'CsvReceipt',
    failures: [400, 403, 413, 415, 422],
  },
  { method: 'get', path: '/api/v1/openapi.json', summary: 'This description.', answerType: 'application/json', failures: [] },
  ...AUDIT_OPERATIONS,
];

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read as declared.',
  401: 'No token, or none that is believed.',
  403: 'Not permitted.',
  404: 'Absent, or not to be seen by this reader: the same answer.',
  413: 'Larger than is read here.',
  415: 'Another media type is needed.',
  416: 'There is nothing from there on.',
  422: 'Readable, but refused.',
  503: 'Busy; ask again in a moment.',
};

/** OpenAPI 3.1 of the API, made from the schemas that the code itself uses. */
export function openApi(): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Concord API',
      version: '1.0.0',
      description: 'Multimodal clinical decision support. Research software, not a medical device. Times are ISO 8601 with offset; units are UCUM.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    paths: pathsOf([...OPERATIONS, ...ACCESS_OPERATIONS, ...ERASURE_OPERATIONS, ...MODELS_OPERATIONS]),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-sid' },
      },
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema)])),
    },
  };
}

/** One path may be read and written. */
function pathsOf(operations: readonly Operation[]): Readonly<Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  return paths;
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output' });
  return rest;
}

function describe({ path, method, summary, query = {}, body, answer, answerType = 'application/json', failures }: Operation): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }));
  const inQuery = Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } }));
  const schema = answer === undefined ? { type: 'object' } : { $ref: `#/components/schemas/${answer}` };
  return {
    summary,
    operationId: operationId(method, path),
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(body === undefined ? {} : { requestBody: { required: true, description: body.description, content: { [body.type]: { schema: { type: 'string' } } } } }),
    responses: {
      200: { description: 'Done.', content: { [answerType]: { schema } } },
      ...Object.fromEntries([401, ...failures].map((status) => [status, failureOf(status)])),
    },
  };
}

function operationId(method: string, path: string): string {
  const words = path.replace('/api/v1', '').split(/[^A-Za-z]+/);
  return [method, ...words.filter((word) => word !== '').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))].join('');
}

function failureOf(status: number): object {
  return { description: TITLES[status] ?? 'Refused.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
}
