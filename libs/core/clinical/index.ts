export type {
  Abstention,
  AbstentionReason,
  Assess,
  AssessQuestion,
  Assessment,
  AssessmentPins,
  Eligibility,
  EvidenceLevel,
  ModalityState,
  ModalityStates,
  RiskScore,
  RiskTask,
} from './assessment.ts';
export {
  CONSENT_CLASSES,
  CONSENT_USES,
  consentClassOf,
  type ConsentClass,
  type ConsentStatement,
  type ConsentUse,
  type Named,
  type Provision,
} from './consent.ts';
export { cameLive, readClock, STAMPS_USED, type ClockReading, type SendStamp } from './device-clock.ts';
export { takeTurn, type DeviceTurn } from './device-turn.ts';
export { curb65, mews, qsofa, sirs, type Avpu } from './early-warning.ts';
export { sofa, type Sofa, type SofaReadings } from './early-warning-sofa.ts';
export type { Evidence, EvidenceDraft, EvidencePointer, ImageRegion, ReportSpan, SignalWindow } from './evidence.ts';
export type { AwaitedSource, Explanation, PieceOfSource, SourceInteraction, Uncertainty } from './explanation.ts';
export { isUuid } from './identity.ts';
export type { AssessmentId, BundleId, EncounterId, Identifier, ModalityKind, PatientId, ReportId, RiskTaskId, Sha256, SourceId, WardId } from './identity.ts';
export { SHARED_FINDINGS } from './concordance.ts';
export type {
  Concordance,
  FindingAgreement,
  FindingStatement,
  NamedFinding,
  SharedFinding,
  SignAgreement,
  SignReading,
  Stance,
  Verdict,
} from './concordance.ts';
export { DANGERS, warned, type Danger } from './dangers.ts';
export { measured, type Measure } from './measure.ts';
export type {
  CoverWay,
  EncoderRef,
  ModalityPlugin,
  ModalityRegions,
  ModalityTable,
  TableColumns,
  ModalityViews,
  PlaneBox,
  Readiness,
  SourcePiece,
  TensorInput,
  TimeGrid,
  ViewPlace,
} from './modality.ts';
export { NEWS2_FRESH_FOR, NEWS2_PARAMETERS } from './news2.ts';
export { NEWS2_CODES, news2At, type News2Options } from './news2-at.ts';
export { hasSingleThree, news2Band, news2Points, news2Sum, partialNews2, type News2Points, type PartialNews2Readings, type SpO2Scale } from './news2-points.ts';
export type { Consciousness, News2, News2Band, News2Parameter, News2Part, News2Readings } from './news2.ts';
export type {
  Arrival,
  ImageHeader,
  IngestError,
  PixelFrame,
  PixelRecipe,
  Received,
  ReceivedCoded,
  ReceivedImage,
  ReceivedQuantity,
  ReceivedReport,
  ReportStatus,
} from './received.ts';
export { verified, type Faithfulness, type RegionCheck } from './region-check.ts';
export type { ImageValue, Reading, ReportValue } from './stored.ts';
export { CLEARED_BELOW, tierOf, withTier, type Tier } from './tier.ts';
export { ageYears, asOf, byTime, isKnownAt } from './timeline.ts';
export type { Demographics, ModalityStream, Observation, PatientTimeline, Stay } from './timeline.ts';
