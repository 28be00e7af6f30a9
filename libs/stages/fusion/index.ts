export { fuse, type Coalition, type FusionHead, type FusionRow, type Logits, type TokensByModality } from './fuse.ts';
