import type { Instant, Milliseconds, Result } from '../kernel/index.ts';
import type { FindingStatement, NamedFinding, SignAgreement } from './concordance.ts';
import type { EvidenceDraft, EvidencePointer } from './evidence.ts';
import type { ModalityKind } from './identity.ts';
import type { IngestError, Received } from './received.ts';
import type { ModalityStream, Observation } from './timeline.ts';

/** A regular grid that ends at the moment of the question: the last step closes at `end`. */
export interface TimeGrid {
  readonly end: Instant;
  readonly step: Milliseconds;
  readonly steps: number;
}

/** What an encoder eats. A slot whose mask is 0 may hold anything. */
export interface TensorInput {
  readonly name: string;
  /** Row-major. */
  readonly data: Float32Array;
  /** Without the batch axis. */
  readonly shape: readonly number[];
  /** Per token of the encoder: 1 = this token stands for something that was measured. */
  readonly tokenMask: Uint8Array;
  /** Per token: hours between what it stands for and the end of the grid. */
  readonly tokenAgeHours: Float32Array;
}

/** Whether a stream can speak at all, decided before any model runs. */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly newest: Instant }
  /** Present, but not fit for the model (wrong view, undecoded syntax): listed as `unused` with the reason. */
  | { readonly kind: 'unfit'; readonly reason: string };

export interface EncoderRef {
  /** Key of the encoder in the bundle's manifest. */
  readonly encoder: string;
  readonly tokens: number;
}

/** Named numbers. A column is `<channel>/<feature>`, so leaving a channel out is exactly leaving its columns out. */
export interface TableColumns<V = unknown> {
  readonly columns: readonly string[];
  /** @returns one number per column; NaN where it is not known. It never leaves the pipeline as NaN. */
  row(stream: ModalityStream<V>, at: Instant): Float32Array;
}

/** A modality as one row of named numbers, for models that read tables. */
export interface ModalityTable<V = unknown> extends TableColumns<V> {
  /** Codes of the signals, in the order of `attribute`'s contributions. */
  readonly channels: readonly string[];
  /** The same signals hour by hour, for networks that read a course; made only where a scorer names one of these columns. */
  readonly hourly: TableColumns<V>;
  /** Leave-one-out items per channel, in logit units; @param contributions one per channel, 0 where nothing was measured. */
  attribute(stream: ModalityStream<V>, at: Instant, contributions: Float32Array): readonly EvidenceDraft[];
}

/** A rectangle of an input that has a place: cells from the top left, ends exclusive. */
export interface PlaneBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What is put over a part so that it says nothing: the surroundings carried on through it, or their mean. */
export type CoverWay = 'surroundings' | 'mean';

/** One piece of a source that holds several: a film of an examination. */
export interface SourcePiece {
  readonly pointer: EvidencePointer;
  /** Plain words: "PA film". */
  readonly text: string;
  /** Why it was not read; undefined where it was. */
  readonly unusedReason?: string;
}

/** A modality whose newest examination may hold several inputs that are read as one. Each is encoded for itself. */
export interface ModalityViews<V = unknown> {
  /** One input per view, the newest first, at most `most`; the order of arrival changes nothing. Called where `readiness` says ready. */
  align(stream: ModalityStream<V>, at: Instant, most: number): readonly TensorInput[];
  /** Every piece of that examination, those first that were read when `read` views were; empty where it holds one only. */
  pieces(stream: ModalityStream<V>, read: number): readonly SourcePiece[];
}

/** Which of the views of a source, counted from 0, and of how many. */
export interface ViewPlace {
  readonly view: number;
  readonly of: number;
}

/** A modality whose input is a plane with places, so that a part of it can be covered and the score asked again. */
export interface ModalityRegions<V = unknown> {
  /** Cells of the plane that `align` lays out. */
  readonly width: number;
  readonly height: number;
  cover(tensor: TensorInput, box: PlaneBox, way: CoverWay): TensorInput;
  /** Where a box of the plane lies in what the source sent, and its name in plain words. */
  place(stream: ModalityStream<V>, box: PlaneBox, place: ViewPlace): { readonly where: EvidencePointer; readonly text: string } | undefined;
}

/** One vertical slice per sensor. Siblings cannot see each other; stages never name one. */
export interface ModalityPlugin<V = unknown> {
  readonly kind: ModalityKind;
  accepts(received: Received): boolean;
  /** Units converted or refused; one arrival may yield several observations, or none that the model uses. */
  observe(received: Received): Result<readonly Observation<V>[], IngestError>;
  readiness(stream: ModalityStream<V>, at: Instant): Readiness;
  align(stream: ModalityStream<V>, at: Instant): TensorInput;
  /** Present where several inputs may be read as one. */
  readonly views?: ModalityViews<V>;
  readonly encoder: EncoderRef;
  /** Present where a model reads the modality as a table. */
  readonly table?: ModalityTable<V>;
  /** When the newest input turns stale, so that a re-score can be planned; undefined when it never does. */
  staleAt(stream: ModalityStream<V>): Instant | undefined;
  /**
   * Leave-one-out items for the tokens worth naming, in logit units. The pipeline adds the `joint` item that makes the
   * modality's evidence sum to its Shapley value.
   * @param tokenContributions `[views × tokens]`, 0 where the token is masked; one view where the source has no others.
   */
  attribute(stream: ModalityStream<V>, at: Instant, tokenContributions: Float32Array): readonly EvidenceDraft[];
  /** Present where the input has places, so that a reason can be verified by covering it. */
  readonly regions?: ModalityRegions<V>;
  /**
   * What this source says of findings that others may speak of too. A source without words on findings leaves it out.
   * @param named what the bundle's block of findings names in the tensor of `align`; empty where there is none.
   */
  statements?(stream: ModalityStream<V>, at: Instant, named: readonly NamedFinding[]): readonly FindingStatement[];
  /** Signs that more than one device measured just now, set against each other. A source of which there is one at a time leaves it out. */
  compared?(stream: ModalityStream<V>, at: Instant): readonly SignAgreement[];
}
