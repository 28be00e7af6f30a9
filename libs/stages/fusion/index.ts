export { fuse, fuseEnsemble, type Coalition, type EnsembleAnswer, type FusionHead, type FusionRow, type Logits, type TokensByModality } from './fuse.ts';
export { lateFusion } from './late.ts';
export { fuseViews, meanOf, type TokenViews } from './views.ts';
