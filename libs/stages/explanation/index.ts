export { coverByMean, coverBySurroundings, type Cover, type Plane } from './cover.ts';
export { beyondChange, effectMap } from './effect-map.ts';
export { assertConserved, explain, TOLERANCE, type Share } from './evidence.ts';
export { interactions, type Interaction } from './interactions.ts';
export { rationale, type RationaleParts } from './rationale.ts';
export { COVERS_MOST, elsewhere, findRegions, holds, sweep, type AskCovered, type FoundRegion, type RegionSearch, type Sweep } from './regions.ts';
export { coalitionsOf, shapley } from './shapley.ts';
export { entropy, uncertaintyOf, type Opinions, type UncertaintyParts } from './uncertainty.ts';
