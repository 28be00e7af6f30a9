export { gapsOf, laneY, lanesHeight, layLanes, nearest, stackedScale, ticks, zoomed, type LaidLane, type LaneForm } from './axis.ts';
export { clocksLine, clockWords } from './clocks.ts';
export { deviceWarning, heldWords, type Told } from './device-words.ts';
export { PatientBanner, fullName } from './banner.tsx';
export {
  MINUS,
  NBSP,
  age,
  birthDate,
  clock,
  clockSeconds,
  count,
  day,
  interval,
  measured,
  percent,
  points,
  recordNumber,
  signed,
  stamp,
  storedPercent,
  unitWords,
  wall,
  weekday,
  when,
  wholePercent,
} from './format.ts';
export { ConcordSign, Glyph, HatchDefs, type GlyphName } from './glyph.tsx';
export { ImageRegions, type ImageRegionsProps, type TaggedBox } from './image-region.tsx';
export { InputSlots, STATE_WORDS, inputWords, inputsInOrder, slotSummary } from './input-slots.tsx';
export { MainReason, news2Reason } from './main-reason.tsx';
export { News2Box, News2Words } from './news2-box.tsx';
export { regionWords } from './region-words.ts';
export { orderChange, orderWords, type OrderChange } from './order.ts';
export { rationaleWords, reasonWords } from './reason-words.ts';
export { reportRuns, type Assertion, type ReportRun, type TaggedSpan } from './report-runs.ts';
export { ReportText, type ReportTextProps } from './report-text.tsx';
export { EvidenceMark, ScoreMark } from './score-mark.tsx';
export { AbstainedPlate, FailedPlate, LoadingRows, Plate, WarnLine } from './states.tsx';
export { Change, TrendLine, trendGeometry, trendWords, type TrendGeometry } from './trend-line.tsx';
export { WHY_SHOWN, ranking, relatedTo, stripScale, tagsById, waterfall, type Waterfall, type WhyStep } from './waterfall.ts';
export { WhyList, hoursWords, type WhyListProps } from './why-list.tsx';
export {
  LEVELS,
  MODALITY_ORDER,
  REASON_HELP,
  RESEARCH,
  TIERS,
  abstentionShort,
  abstentionTitle,
  bandWord,
  calibrationSentence,
  contributionWords,
  listed,
  modalityList,
  modalityWords,
  news2Gaps,
  parameterWord,
  sexLetter,
  sexWord,
  type InputState,
  type Level,
  type ModalityWords,
  type Tier,
} from './words.ts';
export { byVerdict, findingWord, REVIEWS, statementWords, verdictWords, type Agreement, type Statement } from './agreement-words.ts';
export { FindingsList } from './findings-list.tsx';
