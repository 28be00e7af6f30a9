import { activationSchema, modelsSchema, newValidationSchema, validationSchema, withdrawalSchema } from './models.ts';

export const MODELS_SCHEMAS = {
  Models: modelsSchema,
  Activation: activationSchema,
  NewValidation: newValidationSchema,
  Validation: validationSchema,
  Withdrawal: withdrawalSchema,
} as const;

/** Bundles, their activation and what a site found of them. */
export const MODELS_OPERATIONS = [
  {
    method: 'get',
    path: '/api/v1/models',
    summary: 'Bundles with their figures, which one answers, and what this site found of them. For the model steward, without patients.',
    answer: 'Models',
    failures: [400, 403],
  },
  { method: 'get', path: '/api/v1/models/{id}/card', summary: 'The model card.', answerType: 'text/markdown', failures: [400, 403, 404] },
  {
    method: 'get',
    path: '/api/v1/models/{id}/report',
    summary: 'The report page: curves, groups, disturbances.',
    answerType: 'text/html',
    failures: [400, 403, 404],
  },
  {
    method: 'post',
    path: '/api/v1/models/{id}/activate',
    summary: 'Makes a bundle the one that answers, after its probe set reproduced on this machine.',
    answer: 'Activation',
    failures: [400, 403, 404, 409],
  },
  { method: 'post', path: '/api/v1/models/rollback', summary: 'Goes back to the previous bundle.', answer: 'Activation', failures: [400, 403, 409] },
  {
    method: 'post',
    path: '/api/v1/models/validations',
    summary: 'Records what the site found when it checked a score on its own patients.',
    body: { type: 'application/json', description: 'NewValidation: aggregates of one bundle, task, set of inputs and ward.' },
    answer: 'Validation',
    failures: [400, 403, 415, 422],
  },
  {
    method: 'post',
    path: '/api/v1/models/validations/{id}/withdraw',
    summary: 'Withdraws a local validation; the scores it freed go back into the shadow.',
    answer: 'Withdrawal',
    failures: [400, 403, 404],
  },
] as const;
