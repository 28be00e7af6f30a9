export { assertConserved, explain, TOLERANCE, type Share } from './evidence.ts';
export { coalitionsOf, shapley } from './shapley.ts';
