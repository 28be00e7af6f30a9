import type { PatientId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { PatientRecord } from './patient-store.ts';

/** Readings of one device that are kept and not scored, until a person says whose they are. */
export interface HeldReadings {
  readonly device: string;
  readonly count: number;
  /** When the oldest and the newest of them were measured. */
  readonly oldest: Instant;
  readonly newest: Instant;
}

/** A device that speaks for the patient, was said not to, or of which it is not sure. */
export interface DeviceHere {
  readonly device: string;
  /** Its newest reading that counts as this patient's; absent when none of the last day does. */
  readonly newestAt?: Instant;
  /** When it spoke for the patient and for somebody else at the same time, within a day. */
  readonly contestedAt?: Instant;
  /** Somebody at the bed said that it is not on this patient any more. */
  readonly ended?: { readonly at: Instant; readonly by: string };
  readonly held?: Omit<HeldReadings, 'device'>;
}

/** Whose the readings that wait are: this patient's, or not; who else's is not said. */
export type HeldOutcome = 'this-patient' | 'not-this-patient';

export interface DeviceTurnStore {
  of(patientId: PatientId): Promise<readonly DeviceHere[]>;
  /** From now on what this device sends under the patient's name is kept and not scored. A second time changes nothing. */
  end(patientId: PatientId, device: string): Promise<void>;
  /** From now on it speaks for the patient again. */
  putBack(patientId: PatientId, device: string): Promise<void>;
  /** Says whose all readings of the device are that wait. What is the patient's becomes available now, not earlier. @returns how many were settled. */
  settle(patientId: PatientId, device: string, outcome: HeldOutcome): Promise<number>;
  /** Patients with readings that wait for a person, the newest reading first. */
  waiting(count: number): Promise<readonly { readonly patient: PatientRecord; readonly held: readonly HeldReadings[] }[]>;
}
