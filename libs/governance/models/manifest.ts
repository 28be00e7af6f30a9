import type { BundleId, EvidenceLevel, ModalityKind, Sha256 } from '@concord/core/clinical';

/** What an encoder of a bundle eats and gives. Shapes include the fixed batch. */
export interface EncoderEntry {
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[]; readonly units: string };
  /** `[batch, tokens, width]` */
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  /** `[batch, dimensions]`: where the whole input lies in the space that all modalities share; absent where it was not aligned. */
  readonly latent?: { readonly name: string; readonly shape: readonly number[] };
}

/** Where a modality's tokens stand in the fusion head. */
export interface SlotRange {
  readonly modality: ModalityKind;
  /** Key of its encoder; the plug-in names the same. */
  readonly encoder: string;
  readonly offset: number;
  readonly tokens: number;
}

export interface FusionEntry {
  readonly block: Sha256;
  /** Rows of every run; a run with fewer questions is padded. */
  readonly batch: number;
  readonly slots: number;
  readonly width: number;
  readonly layout: readonly SlotRange[];
  /** In the order of the output's columns, shortest horizon first. */
  readonly heads: readonly string[];
  /** Heads that answer different questions, in no order. */
  readonly independent?: boolean;
  /** Members of the ensemble over the trunk, where the block also gives `members` and `spread`. */
  readonly ensemble?: number;
}

/** A block that reads modalities as one table of named numbers, instead of tokens through the fusion head. */
export interface ScorerEntry {
  readonly id: string;
  readonly block: Sha256;
  /** Rows of every run; a run with fewer questions is padded. */
  readonly batch: number;
  /** In the order of the output's columns, shortest horizon first. */
  readonly heads: readonly string[];
  readonly modalities: readonly ModalityKind[];
  /** Columns in the order of the block's input: `context/…`, `<channel>/<feature>`, or a derived one by name. */
  readonly columns: readonly string[];
  readonly derived: readonly { readonly name: string; readonly op: 'ratio' | 'difference' | 'sum' | 'max'; readonly of: readonly string[] }[];
  /** A later head is never below an earlier one. */
  readonly cumulative: boolean;
  /** What a column usually is, by its name in the table: the middle of the rows that taught. A signal that is left out is set to it, where it was measured. */
  readonly usual?: Readonly<Record<string, number>>;
  /** Logits of the probe rows made from `probe.seed`, as this block gave them. */
  readonly probe: readonly (readonly number[])[];
}

/** One calibration: a task's head on one set of modalities. */
export interface CalibrationEntry {
  readonly id: string;
  readonly head: string;
  readonly pattern: readonly ModalityKind[];
  /** Platt: probability = sigmoid(slope × logit + intercept). */
  readonly slope: number;
  readonly intercept: number;
  /** Variances and covariance of slope and intercept from a bootstrap by patient: the interval beside a probability. */
  readonly covariance: readonly [slopeVariance: number, covariance: number, interceptVariance: number];
  /** Conformal: 90 % of the patients with, and without, the event have a nonconformity at most this. */
  readonly conformal: readonly [without: number, withEvent: number];
  readonly evidenceLevel: { readonly icu: EvidenceLevel; readonly ward: EvidenceLevel };
  /** Id of the table scorer whose logit it maps; the fusion head's when it names none. */
  readonly scorer?: string;
  readonly patients: number;
  readonly events: number;
}

/** One finding that a block names, and its calibration: probability = sigmoid(slope × logit + intercept). */
export interface FindingEntry {
  readonly name: string;
  readonly slope: number;
  readonly intercept: number;
  /** Probability from which the film is said to show it, and up to which it is said not to; between them nothing is said. */
  readonly present: number;
  readonly absent: number;
  /** True where it was also learned and judged on films of the project's own generator; false: silent on drawn films. */
  readonly onDrawnFilms: boolean;
}

/** What a modality shows beside its tokens: findings by name. They stand beside a risk score and are no part of it. */
export interface FindingsEntry {
  readonly modality: ModalityKind;
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[]; readonly units: string };
  /** `[batch, findings]`, columns in the order of `findings`. */
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  readonly findings: readonly FindingEntry[];
}

/** What a bundle that only benchmarks holds beside its calibrations. */
export interface BenchmarkEntry {
  /** One map for all patterns, per head: what calibration by pattern is measured against. */
  readonly pooled: readonly CalibrationEntry[];
  /** Log-odds from which a head raises an alarm, set on patients of the calibration part without the event. */
  readonly alarms: Readonly<Record<string, number>>;
}

/** One token of a reference patient: its place among the tokens of its source, and what the encoder made of it. */
export interface ReferenceToken {
  readonly place: number;
  readonly ageHours: number;
  /** `[width]` */
  readonly data: readonly number[];
}

/**
 * What one source says of a few invented patients who have it: what an absent source might have said. Tokens where the fusion head
 * reads the source, table rows where a scorer does.
 */
export interface ReferenceEntry {
  readonly modality: ModalityKind;
  readonly tokens?: {
    /** The encoder that made them; with another block they are worth nothing. */
    readonly block: Sha256;
    readonly patients: readonly (readonly ReferenceToken[])[];
  };
  /** Per patient what is known, by column of the source's table. */
  readonly rows?: readonly Readonly<Record<string, number>>[];
}

/** How many views of one examination a bundle reads as one: the mean of the logits. */
export interface ViewsEntry {
  readonly modality: ModalityKind;
  readonly most: number;
}

/** A model bundle (DESIGN 11). Everything that scores is named here by hash; nothing is looked up elsewhere. */
export interface BundleManifest {
  readonly id: BundleId;
  readonly created: string;
  readonly title: string;
  readonly intendedUse: string;
  /** Present in a bundle that was made to be measured: it is never activated and answers no patient. */
  readonly benchmark?: BenchmarkEntry;
  readonly encoders: Readonly<Record<string, EncoderEntry>>;
  readonly fusion: FusionEntry;
  /** Absent in a bundle that names no findings. */
  readonly findings?: readonly FindingsEntry[];
  /** Sources of which several views are read as one; of any other, and in a bundle without the line, the newest alone is read. */
  readonly views?: readonly ViewsEntry[];
  /** Blocks that read tables; a calibration says which patterns they answer. */
  readonly scorers?: readonly ScorerEntry[];
  readonly calibrations: readonly CalibrationEntry[];
  /** Calibrations of moments that no task serves; an evaluation reports them: head `hospital-mortality-at-24h`. */
  readonly landmarks?: readonly CalibrationEntry[];
  /** Absent in a bundle that has nobody to ask what a missing source might say. */
  readonly reference?: readonly ReferenceEntry[];
  /** Probability from which each head's tier is raised and high. */
  readonly thresholds: Readonly<Record<string, { readonly raised: number; readonly high: number }>>;
  readonly preprocessing: Readonly<Record<string, string>>;
  /** Mean and spread of each encoder's mean token over the training patients: where a drift monitor starts. */
  readonly driftReference: Readonly<Record<string, { readonly mean: readonly number[]; readonly spread: readonly number[] }>>;
  /** Inputs of the fusion head made from `seed`, with the logits that this bundle gave: proof that a machine runs it right. */
  readonly probe: { readonly seed: number; readonly tolerance: number; readonly logits: readonly (readonly number[])[] };
  readonly training: readonly { readonly name: string; readonly licence: string; readonly use: string; readonly sha256?: string }[];
  readonly metrics: readonly ManifestMetric[];
}

export interface ManifestMetric {
  readonly name: string;
  readonly head: string;
  readonly pattern: readonly ModalityKind[];
  readonly value: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly data: string;
}

/** Every block that can touch a score, sorted: what a score pins. An encoder that has no place in the fusion head touches none. */
export function blocksOf({ encoders, fusion, scorers = [] }: BundleManifest): readonly Sha256[] {
  const placed = fusion.layout.flatMap(({ encoder }) => encoders[encoder] ?? []);
  return [...new Set([...placed, fusion, ...scorers].map(({ block }) => block))].sort();
}

/** The heads that stand beside a calibration's own: those of its scorer, or of the fusion head. */
export function headsBeside({ scorer }: Pick<CalibrationEntry, 'scorer'>, { fusion, scorers = [] }: BundleManifest): readonly string[] {
  return scorer === undefined ? fusion.heads : (scorers.find(({ id }) => id === scorer)?.heads ?? []);
}

/** Every block that must lie beside the bundle: those of a score, those of encoders that no score reads yet, and those that name findings. */
export function everyBlockOf(bundle: BundleManifest): readonly Sha256[] {
  return [...new Set([...blocksOf(bundle), ...[...Object.values(bundle.encoders), ...(bundle.findings ?? [])].map(({ block }) => block)])].sort();
}
