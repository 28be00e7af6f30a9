export { assertConserved, explain, TOLERANCE, type Share } from './evidence.ts';
export { interactions, type Interaction } from './interactions.ts';
export { coalitionsOf, shapley } from './shapley.ts';
