import { erasureListSchema, erasureSchema, holdListSchema, holdSchema } from './erasure.ts';

export const ERASURE_SCHEMAS = {
  Erasure: erasureSchema,
  ErasureList: erasureListSchema,
  LegalHold: holdSchema,
  LegalHoldList: holdListSchema,
} as const;

/** Erasure of a patient, by two people, and what forbids it. */
export const ERASURE_OPERATIONS = [
  { method: 'get', path: '/api/v1/erasures', summary: 'Requests to erase a patient, newest first.', answer: 'ErasureList', failures: [400, 403] },
  {
    method: 'post',
    path: '/api/v1/erasures',
    summary: 'Asks for the erasure of a patient (GDPR Article 17). For the privacy officer; somebody else confirms.',
    body: { type: 'application/json', description: '{patientId, reason}: no-longer-needed, consent-withdrawn, objection, unlawful, legal-obligation.' },
    answer: 'Erasure',
    failures: [400, 403, 404, 409, 415, 422],
  },
  {
    method: 'post',
    path: '/api/v1/erasures/{id}/confirm',
    summary: 'Confirms an erasure as a second person; the worker then does it.',
    answer: 'Erasure',
    failures: [400, 403, 404, 409],
  },
  { method: 'get', path: '/api/v1/legal-holds', summary: 'Legal holds, newest first.', answer: 'LegalHoldList', failures: [400, 403] },
  {
    method: 'post',
    path: '/api/v1/legal-holds',
    summary: 'Forbids the erasure of a patient until it is lifted.',
    body: { type: 'application/json', description: '{patientId, basis}: litigation, investigation, authority, public-health.' },
    answer: 'LegalHold',
    failures: [400, 403, 404, 415, 422],
  },
  { method: 'post', path: '/api/v1/legal-holds/{id}/lift', summary: 'Lifts a legal hold.', answer: 'LegalHold', failures: [400, 403, 404] },
] as const;
