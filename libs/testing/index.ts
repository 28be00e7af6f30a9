export { BLOODS, CALM, NOON, patient, type Signs, type TimelineBuilder } from './timeline.ts';
