import type { Instant } from '../kernel/index.ts';
import type { ModalityKind, RiskTaskId, WardId } from '../clinical/index.ts';
import type { StoredAssessment } from './assessment-store.ts';
import type { EncounterRecord } from './encounter-store.ts';
import type { ObservationRecord } from './observation-store.ts';
import type { PatientRecord } from './patient-store.ts';

export interface WorklistEntry {
  readonly patient: PatientRecord;
  readonly encounter: EncounterRecord;
  /** Newest assessment per decline horizon. */
  readonly latest: readonly StoredAssessment[];
  /** 24 h of the 24-hour task, oldest first. */
  readonly history: readonly { readonly asOf: Instant; readonly probability: number | null }[];
  /** Newest sample per modality. */
  readonly newest: readonly { readonly modality: ModalityKind; readonly effectiveAt: Instant }[];
  /** Newest reading per code, for NEWS2 as of now. */
  readonly readings: readonly ObservationRecord[];
}

export interface WorklistStore {
  load(query: { readonly wardId?: WardId; readonly task: RiskTaskId }): Promise<readonly WorklistEntry[]>;
  wards(): Promise<readonly { readonly id: WardId; readonly name: string; readonly setting: 'ward' | 'icu' }[]>;
}
