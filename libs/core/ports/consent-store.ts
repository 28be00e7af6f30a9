import type { ConsentStatement, Identifier, PatientId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Page, Paged, Stored } from './storing.ts';

export interface NewConsent {
  readonly patientId: PatientId;
  /** Without one the author has one consent, which the next replaces. */
  readonly identifier?: Identifier;
  readonly statement: ConsentStatement;
  /** The resource as it was sent. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface ConsentRecord {
  readonly id: string;
  readonly version: number;
  readonly patientId: PatientId;
  readonly status: ConsentStatement['status'];
  readonly updatedAt: Instant;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A device that measured the patient, and since when its collection is paused. */
export interface DeviceUse {
  readonly device: string;
  readonly lastAt: Instant;
  readonly pausedSince?: Instant;
}

/** What patients say about the use of their data. What a consent refuses holds from the next transaction on. */
export interface ConsentStore {
  /** Stores it with the lines it compiles to, and closes the version before. A consent older than the one that stands is a conflict. */
  put(record: NewConsent): Promise<Stored<string>>;
  read(id: string, version?: number): Promise<ConsentRecord | undefined>;
  search(
    query: { readonly patientId?: PatientId; readonly ids?: readonly string[]; readonly status?: readonly string[] },
    page: Page,
  ): Promise<Paged<ConsentRecord>>;
  /** Devices that measured the patient in the last 30 days. */
  devices(patientId: PatientId): Promise<readonly DeviceUse[]>;
  /** From now on nothing that this device measures is taken in, until it is resumed. */
  pauseDevice(patientId: PatientId, device: string): Promise<void>;
  resumeDevice(patientId: PatientId, device: string): Promise<void>;
}
