import type { Instant } from '../kernel/index.ts';
import type { ClockReading, EncounterId, Identifier, ModalityKind, PatientId, Sha256, SourceId } from '../clinical/index.ts';
import type { Backdated, Page, Paged, Stored } from './storing.ts';

/** One stored reading. `number` is in the canonical unit of its code; coded answers stand in `text`. */
export interface ObservationRecord {
  readonly id: string;
  readonly patientId: PatientId;
  readonly version: number;
  /** Which modality reads it; absent for what is kept but no model uses. */
  readonly modality?: ModalityKind;
  readonly code: string;
  readonly codeSystem: string;
  readonly number?: number;
  readonly unit?: string;
  readonly text?: string;
  /** As sent, when it was converted. */
  readonly sentNumber?: number;
  readonly sentUnit?: string;
  readonly status: 'registered' | 'preliminary' | 'final' | 'amended' | 'corrected' | 'cancelled' | 'entered-in-error';
  readonly effectiveAt: Instant;
  readonly availableAt: Instant;
  readonly supersededAt?: Instant;
  readonly retractedAt?: Instant;
  readonly sentAt?: Instant;
  /** By the device's own clock, where that was corrected; `effectiveAt` is by ours then. */
  readonly sentEffectiveAt?: Instant;
  readonly device?: string;
  readonly encounterId?: EncounterId;
  readonly identifier?: Identifier;
  readonly sourceId: SourceId;
  readonly blob: Sha256;
}

export type NewObservation = Omit<ObservationRecord, 'id' | 'version' | 'availableAt' | 'supersededAt' | 'retractedAt' | 'sentEffectiveAt'> & Backdated;

export interface ObservationQuery {
  readonly ids?: readonly string[];
  readonly patientId?: PatientId;
  readonly encounterId?: EncounterId;
  readonly codes?: readonly string[];
  readonly identifier?: Identifier;
  readonly status?: readonly string[];
  readonly from?: Instant;
  readonly to?: Instant;
}

/** A device that speaks for a patient; without a reading nothing is known of its clock. */
export interface DeviceClock {
  readonly device: string;
  readonly reading?: ClockReading;
}

/** `paused`: the patient paused the device that measured it; it is not kept. */
export type StoredObservation = Stored<string> | { readonly kind: 'paused'; readonly id: string };

export interface ObservationStore {
  /** Bulk, by UNNEST; the answer is in the order of the input. Natural key as DESIGN 4. */
  putAll(records: readonly NewObservation[]): Promise<readonly StoredObservation[]>;
  read(id: string, version?: number): Promise<ObservationRecord | undefined>;
  search(query: ObservationQuery, page: Page): Promise<Paged<ObservationRecord>>;
  /** The newest reading of each code that is neither replaced nor withdrawn and not ahead of its time; codes as stored. */
  newest(patientId: PatientId, codes: readonly string[]): Promise<readonly ObservationRecord[]>;
  /** Devices that speak for the patient at this moment, and what is known of their clocks. */
  clocks(patientId: PatientId, at: Instant): Promise<readonly DeviceClock[]>;
  /** One row per code × step: for a chart. */
  window(patientId: PatientId, codes: readonly string[], from: Instant, to: Instant, stepMs: number): Promise<readonly SeriesPoint[]>;
}

export interface SeriesPoint {
  readonly code: string;
  readonly device: string | null;
  readonly at: Instant;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** The coded answer, for ACVPU. */
  readonly text?: string;
}
