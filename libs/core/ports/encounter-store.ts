import type { Instant } from '../kernel/index.ts';
import type { EncounterId, Identifier, PatientId, SourceId, Stay, WardId } from '../clinical/index.ts';
import type { Backdated, Page, Paged, Stored } from './storing.ts';

export interface EncounterRecord {
  readonly id: EncounterId;
  readonly patientId: PatientId;
  readonly version: number;
  readonly updatedAt: Instant;
  readonly identifiers: readonly Identifier[];
  readonly stay: Stay;
  readonly locations: readonly {
    readonly wardId: WardId;
    readonly bed?: string;
    readonly start?: Instant;
    readonly end?: Instant;
    readonly status?: 'planned' | 'active' | 'reserved' | 'completed';
  }[];
  readonly sourceId: SourceId;
}

/** A stay as a source sends it; ward and setting follow from its locations. */
export type NewEncounter = Omit<EncounterRecord, 'id' | 'version' | 'updatedAt' | 'stay'> & {
  readonly stay: Omit<Stay, 'encounterId' | 'wardId' | 'setting'>;
} & Backdated;

export interface EncounterStore {
  put(record: NewEncounter): Promise<Stored<EncounterId>>;
  read(id: EncounterId, version?: number): Promise<EncounterRecord | undefined>;
  search(
    query: {
      readonly ids?: readonly EncounterId[];
      readonly patientId?: PatientId;
      readonly identifier?: Identifier;
      readonly status?: readonly string[];
      readonly from?: Instant;
      readonly to?: Instant;
    },
    page: Page,
  ): Promise<Paged<EncounterRecord>>;
}
