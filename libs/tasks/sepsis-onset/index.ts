import type { ModalityKind, RiskTask, RiskTaskId } from '@concord/core/clinical';
import { hours, probability } from '@concord/core/kernel';
import { eligibility, VITALS } from './eligibility.ts';
import { HORIZON_HOURS } from './outcome.ts';

/** Will sepsis begin within six hours? Onset is the set's own, by Sepsis-3; hours after it are not asked about. */
export const sepsisOnset: RiskTask = {
  id: 'sepsis-6h' as RiskTaskId,
  title: 'Sepsis within 6 h',
  outcome: {
    definition:
      'Onset of sepsis within six hours, asked before onset and in the first 48 hours of intensive care. Onset: the earlier of suspected infection and a rise of SOFA by two points, within the windows of the 2019 challenge.',
    citation: 'Reyna MA, Josef CS, Jeter R, et al. Early prediction of sepsis from clinical data. Crit Care Med 2020;48(2):210-217.',
  },
  horizon: hours(HORIZON_HOURS),
  head: 'sepsis-6h',
  required: [VITALS],
  optional: ['labs' as ModalityKind],
  eligibility,
  // About three and eight times the prevalence (0.7 % of hours): where the tier of the worklist changes.
  thresholds: { raised: probability(0.02), high: probability(0.06) },
};

export { LAST_ICU_HOUR, onsetRow, sepsisHours, type SepsisHour, type SepsisRecord } from './outcome.ts';
