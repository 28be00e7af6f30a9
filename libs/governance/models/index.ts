export {
  blocksOf,
  everyBlockOf,
  type BenchmarkEntry,
  headsBeside,
  type BundleManifest,
  type CalibrationEntry,
  type EncoderEntry,
  type FindingEntry,
  type FindingsEntry,
  type FusionEntry,
  type ManifestMetric,
  type ViewsEntry,
  type ReferenceEntry,
  type ReferenceToken,
  type ScorerEntry,
  type SlotRange,
} from './manifest.ts';
export { readManifest, type ManifestError } from './read-manifest.ts';
export { splitOf, type Split } from './split.ts';
export { sourceAttributes, sourceAttributesSection, type SourceAttribute } from './source-attributes.ts';
