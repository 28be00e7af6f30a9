export { assertConserved, explain, TOLERANCE, type Share } from './evidence.ts';
export { interactions, type Interaction } from './interactions.ts';
export { rationale, type RationaleParts } from './rationale.ts';
export { coalitionsOf, shapley } from './shapley.ts';
export { entropy, uncertaintyOf, type Opinions, type UncertaintyParts } from './uncertainty.ts';
