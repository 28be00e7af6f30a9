import type { ModalityKind, RiskTask, RiskTaskId } from '@concord/core/clinical';
import { hours, probability } from '@concord/core/kernel';
import { eligibility, VITALS } from './eligibility.ts';

export const HORIZONS_HOURS = [6, 12, 24] as const;
export type HorizonHours = (typeof HORIZONS_HOURS)[number];

// About twice and four times the prevalence among patients at risk (1, 2 and 5 %): where the tier of the worklist changes.
const THRESHOLDS: Readonly<Record<HorizonHours, { readonly raised: number; readonly high: number }>> = {
  6: { raised: 0.03, high: 0.08 },
  12: { raised: 0.06, high: 0.15 },
  24: { raised: 0.12, high: 0.25 },
};

/**
 * Will partial NEWS2 reach seven in two consecutive hours within the horizon? It is not transfer to intensive care and not death.
 */
export const physiologicalDecline: readonly RiskTask[] = HORIZONS_HOURS.map((horizon) => ({
  id: `physiological-decline-${horizon}h` as RiskTaskId,
  title: `Decline within ${horizon} h`,
  outcome: {
    definition:
      'Partial NEWS2 (respiration, SpO2, systolic pressure, heart rate, temperature, carried forward) of 7 or more in two consecutive hours, each with at least 3 of the first four measured; the event hour is the second.',
    citation: 'Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017.',
  },
  horizon: hours(horizon),
  head: `decline-${horizon}h`,
  required: [VITALS],
  optional: ['labs' as ModalityKind, 'radiology-report' as ModalityKind, 'chest-imaging' as ModalityKind],
  eligibility,
  thresholds: { raised: probability(THRESHOLDS[horizon].raised), high: probability(THRESHOLDS[horizon].high) },
}));

export { eventHours, indexHours, type IndexHour } from './outcome.ts';
export { partialScore, type HourOfSigns } from './partial-score.ts';
