export { chestSample, type ChestSample, type ChestWish } from './chest-sample.ts';
export { DEMO_AUTHORITY, demoCast, demoReadings, type CastWish, type DemoImage, type DemoPatient, type DemoReport } from './demo-cast.ts';
export { jpegDicom, phantomDicom, type FilmFile, type FilmLabels, type JpegOrigin } from './dicom-file.ts';
export { chestPhantom, chestPhantoms, PHANTOM_BITS, type Phantom, type PhantomRequest } from './phantom.ts';
export type { PhantomFinding } from './phantom-findings.ts';
export { labValues, type LabValue } from './lab-values.ts';
export { CONDITIONS, severityAt, type Condition, type DemoCourse, type LatentPlan } from './latent-state.ts';
export { chestFacts, phantomFindings, type FactFinding, type ReportFact } from './report-facts.ts';
export { reportText, REPORT_STYLES, sentenceOf, type ReportStyle, type ReportWish } from './report-text.ts';
export { signsAt, type VitalSigns } from './vital-signs.ts';
export { readingsBetween, type GeneratedReading, type MonitoredPatient, type Monitoring } from './vitals-readings.ts';
export {
  TOKEN_COLUMNS,
  TOKEN_DESIGN,
  TOKEN_FINDINGS,
  TOKEN_HEADS,
  TOKEN_SOURCES,
  TOKENS_PER_SOURCE,
  type TokenHead,
  type TokenSource,
} from './token-design.ts';
export { drawRows, type CohortWish, type Measured, type TokenRows } from './token-draw.ts';
export { tokenCohort, type SourceTokens, type TokenPatient } from './token-patient.ts';
export { optimalGame, optimalLogit, optimalWhereAbsenceSpeaks, pairEvidence } from './token-truth.ts';
export { labelledSentence, type LabelledSentence, type LabelledSpan, type Meant } from './sentence-grammar.ts';
