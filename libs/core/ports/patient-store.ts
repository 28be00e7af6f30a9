import type { Instant } from '../kernel/index.ts';
import type { Demographics, Identifier, PatientId, SourceId } from '../clinical/index.ts';
import type { Backdated, Page, Paged, Stored } from './storing.ts';

export interface PatientRecord {
  readonly id: PatientId;
  readonly version: number;
  readonly updatedAt: Instant;
  readonly identifiers: readonly Identifier[];
  readonly family: string;
  readonly given: readonly string[];
  readonly demographics: Demographics;
  /** How the demo made this patient; absent for a patient that a source sent. */
  readonly demoKind?: 'synthetic' | 'assembled';
  readonly sourceId: SourceId;
}

/** A patient as a source sends it. */
export type NewPatient = Omit<PatientRecord, 'id' | 'version' | 'updatedAt'> & Backdated;

export interface PatientStore {
  /** Finds by identifier under its system (blind index), whoever may reach the patient; for doors that match an arrival. */
  match(identifier: Identifier): Promise<PatientId | undefined>;
  /** The same for an arrival that names the patient by our own id. Only a patient that was matched or made here can be written to. */
  matchId(id: PatientId): Promise<PatientId | undefined>;
  /** Natural key: any of the identifiers. @throws without one. */
  create(record: NewPatient): Promise<Stored<PatientId>>;
  read(id: PatientId, version?: number): Promise<PatientRecord | undefined>;
  search(
    query: { readonly ids?: readonly PatientId[]; readonly identifier?: Identifier; readonly family?: string; readonly birthDate?: string },
    page: Page,
  ): Promise<Paged<PatientRecord>>;
  /**
   * The revision that this transaction gives the patient: the first accepted change locks the patient's row and raises it;
   * asked again, the same number is answered.
   */
  raiseRevision(id: PatientId): Promise<number>;
}
