export { carryForward, type Sample, type Step } from './carry-forward.ts';
export { hourlyGrid } from './grid.ts';
