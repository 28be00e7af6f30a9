export { accessReportSchema, accountingSchema, type AccessReport, type AccountingReport } from './access-report.ts';
export { assessmentListSchema, assessmentSchema, evidenceSchema, news2Schema, type WireAssessment, type WireEvidence, type WireNews2 } from './assessment.ts';
export { evaluationJsonSchema, evaluationSchemas, riskFiguresSchema, type EvaluatedSuite, type Evaluation } from './evaluate.ts';
export { assessmentToWire, news2ToWire, tierOf, WITHHELD, type ToWire } from './to-wire.ts';
export { openApi } from './openapi.ts';
export { csvReceiptSchema, problemSchema, type CsvReceipt, type Problem } from './ingest.ts';
export {
  assertionSchema,
  laneSchema,
  patientListSchema,
  patientPageSchema,
  reconcileListSchema,
  reportViewSchema,
  sessionSchema,
  timelineSchema,
  worklistRowSchema,
  worklistSchema,
  type Lane,
  type PatientList,
  type PatientPage,
  type ReconcileList,
  type ReportView,
  type Session,
  type Timeline,
  type Worklist,
  type WorklistRow,
} from './worklist.ts';
export {
  activationSchema,
  modelBundleSchema,
  modelsSchema,
  newValidationSchema,
  validationSchema,
  withdrawalSchema,
  type Activation,
  type ModelBundle,
  type Models,
  type NewValidation,
  type Validation,
} from './models.ts';
export { bannerSchema, type Banner } from './banner.ts';
export {
  concordanceSchema,
  concordanceToWire,
  discordanceListSchema,
  reviewSchema,
  type DiscordanceList,
  type Review,
  type WireConcordance,
} from './agreement.ts';
