import type { RiskTask, RiskTaskId } from '@concord/core/clinical';
import { days, probability } from '@concord/core/kernel';
import { countedFrom, eligibility, LABS, VITALS } from './eligibility.ts';

/** Hours of intensive care at which an evaluation asks; only the last is served. */
export const LANDMARK_HOURS = [12, 24, 36, 48] as const;

/** Will the patient die in this hospital stay? Asked once, at hour 48 of intensive care. */
export const hospitalMortality: RiskTask = {
  id: 'hospital-mortality' as RiskTaskId,
  title: 'Death in hospital',
  outcome: {
    definition: 'Death before discharge from hospital, asked at hour 48 of intensive care. Severity scores and length of stay are no inputs.',
    citation: 'Silva I, Moody G, Scott DJ, Celi LA, Mark RG. Predicting in-hospital mortality of ICU patients. Computing in Cardiology 2012;39:245-248.',
  },
  // The rest of the hospital stay; the set gives no day of death in hospital, and a median stay there is under two weeks.
  horizon: days(30),
  head: 'hospital-mortality',
  required: [VITALS],
  optional: [LABS],
  eligibility,
  countedFrom,
  // About the prevalence twice and four times (14 %).
  thresholds: { raised: probability(0.25), high: probability(0.5) },
};

export { ASKED_AT_HOUR } from './eligibility.ts';
