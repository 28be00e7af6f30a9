import { auditExportAskedSchema, auditExportSchema, auditHeadSchema, auditPeopleSchema } from './audit.ts';

export const AUDIT_SCHEMAS = {
  AuditHead: auditHeadSchema,
  AuditPeople: auditPeopleSchema,
  AuditExport: auditExportSchema,
  AuditExportAsked: auditExportAskedSchema,
} as const;

const NARROWED = {
  patient: 'Patient id.',
  user: 'Login or subject.',
  from: 'Instant with offset, inclusive.',
  to: 'Instant with offset, exclusive.',
};

/** The audit record: search, how far it is signed, and signed exports. All of it for the privacy officer. */
export const AUDIT_OPERATIONS = [
  {
    method: 'get',
    path: '/audit',
    summary:
      'The audit record as FHIR AuditEvents, newest first; one a line for Accept: application/fhir+ndjson, a table for text/csv. For the privacy officer.',
    query: {
      ...NARROWED,
      purpose: 'ActReason code, for example TREAT.',
      outcome: '0 success, 4, 8 or 12 refused or failed.',
      _count: 'Events a page, 1 to 500.',
      after: 'Where to go on, from the link of the answer before.',
    },
    answerType: 'application/fhir+json',
    failures: [400, 403, 422],
  },
  {
    method: 'get',
    path: '/audit/people',
    summary: 'Who saw a patient, and why they were allowed: everybody in all events that fit, once. For the privacy officer.',
    query: { ...NARROWED, purpose: 'ActReason code, for example TREAT.', outcome: '0 success, 4, 8 or 12 refused or failed.' },
    answer: 'AuditPeople',
    failures: [400, 403],
  },
  {
    method: 'get',
    path: '/audit/head',
    summary: 'How far the record is signed: the newest head, the witness’s, and how its sequencer is.',
    answer: 'AuditHead',
    failures: [400, 403],
  },
  {
    method: 'post',
    path: '/audit/bundles',
    summary: 'Asks for a signed export that can be verified without this server.',
    query: NARROWED,
    answer: 'AuditExportAsked',
    failures: [400, 403, 422],
  },
  { method: 'get', path: '/audit/bundles/{id}', summary: 'How far a signed export is, and its files.', answer: 'AuditExport', failures: [403, 404] },
  {
    method: 'get',
    path: '/audit/bundles/{id}/files/{name}',
    summary: 'One file of an export; Range: bytes=N- goes on where a transfer broke off.',
    answerType: 'application/octet-stream',
    failures: [403, 404, 416],
  },
  { method: 'get', path: '/audit/bundles/{id}/archive', summary: 'The whole export as one tar file.', answerType: 'application/x-tar', failures: [403, 404] },
] as const;
