export { carryForward, type Sample, type Step } from './carry-forward.ts';
export { hourlyGrid } from './grid.ts';
export { hourColumns, hourRow, HOURS_BACK, isHourColumn } from './hours.ts';
export { SAMPLING_FEATURES, summarise, SUMMARY_FEATURES, SUMMARY_HOURS, valueAt, type SummaryFeature } from './summary.ts';
