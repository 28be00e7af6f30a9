export {
  answerAssembled,
  ASSEMBLED_FIGURES,
  encodeMaterials,
  judgeAssembled,
  type AnswersByPart,
  type AssembledAnswer,
  type AssembledCell,
  type AssembledHour,
} from './assembled.ts';
export type { BySeverity, Materials } from './assembled-company.ts';
export { bootstrap, percentileInterval, quantile, type BootstrapPlan, type Draw } from './bootstrap.ts';
export { brier, calibrationError, ece, ECE_BINS, equalMassBins, equalWidthBins, observedExpected, recalibration, share, type Bin } from './calibration.ts';
export { chestFindingsSuite, type ChestParts, type FilmFile } from './chest-findings.ts';
export type { HeadDetail, Judged, SuiteDetail } from './detail.ts';
export type { ConformalCell, Subgroup } from './detail-cells.ts';
export type { DecisionPoint, ReliabilityBin } from './detail-curves.ts';
export type { Robustness, Temporal } from './stress.ts';
export { auprc, auroc } from './discrimination.ts';
export { fusionSuite } from './fusion.ts';
export type { FusionParts, TruthGenerator, TruthPatient, TruthWish } from './fusion-rows.ts';
export { isSetAside, mortalitySuite, type MortalityParts } from './hospital-mortality.ts';
export { sepsisSuite, type SepsisParts } from './sepsis-onset.ts';
export { physiologicalDeclineSuite, type DeclineParts } from './physiological-decline.ts';
export {
  atHour,
  diedInHospital,
  LATER_KNOWN,
  laterKnown,
  mortalityRecords,
  mortalityTimeline,
  type LaterKnown,
  type MortalityRecord,
} from './physionet-2012.ts';
export { endOfRow, hourlyRecords, timelineOf, type HourlyRecord } from './physionet-2019.ts';
export { pneumonia28Suite, type BenchmarkBundle } from './pneumonia-28.ts';
export { ranked, reweighted, type Predictions, type Ranked } from './predictions.ts';
export { reportNegationSuite } from './report-negation.ts';
export { readAgain, secondReader, type ReaderBundle, type SecondReader } from './second-reader.ts';
export { reportFindingsSuite, wroteRulesOn } from './report-findings.ts';
export { judgeRisk, type JudgePlan, type RiskFigures, type RiskJudgement, type RiskRows } from './risk-figures.ts';
export {
  BOOTSTRAP_DRAWS,
  type ArchiveMember,
  printed,
  type Figure,
  type Figures,
  type Interval,
  type Suite,
  type SuiteError,
  type SuiteFiles,
  type SuiteProgress,
  type SuiteQuestion,
  type SuiteReport,
} from './suite.ts';
export { suites } from './suites.ts';
export { cellsOf, numberIn, readTable, type Row } from './table.ts';
