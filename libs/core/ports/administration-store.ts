import type { PatientId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Relationship } from './access.ts';

export interface Ward {
  readonly id: string;
  readonly name: string;
  readonly setting: 'ward' | 'icu';
  readonly partOf?: string;
}

export interface Source {
  readonly id: string;
  readonly name: string;
  readonly authority: string;
  readonly timeZone: string;
  readonly delivery: 'live' | 'batch';
}

/** One who works here, with the wards that are theirs now. */
export interface StaffMember {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly name: string;
  readonly wards: readonly { readonly wardId: string; readonly since: Instant }[];
}

/** One way in which a patient is reached now, and who that is. */
export interface ReachEntry {
  readonly relationship: Relationship;
  /** Ward, `radiology`, or a single person or source. */
  readonly through: string;
  readonly since: Instant;
  readonly until?: Instant;
  readonly people: readonly { readonly subject: string; readonly login: string; readonly name: string }[];
}

/** Wards, staff, care teams and sources; the views that say who reaches whom. */
export interface AdministrationStore {
  wards(): Promise<readonly Ward[]>;
  putWard(ward: Ward): Promise<void>;
  sources(): Promise<readonly Source[]>;
  putSource(source: Source): Promise<void>;
  staff(): Promise<readonly StaffMember[]>;
  putStaff(member: Pick<StaffMember, 'issuer' | 'subject' | 'login' | 'name'>): Promise<void>;
  /** From now on in this ward, or no longer. */
  linkWard(link: { readonly issuer: string; readonly subject: string; readonly wardId: string; readonly isMember: boolean }): Promise<void>;
  /** The members of the administration's team of this name, from now on; nobody ends it. @returns false when there is no such patient. */
  setTeam(team: {
    readonly patientId: PatientId;
    readonly name: string;
    readonly members: readonly { readonly issuer: string; readonly subject: string }[];
  }): Promise<boolean>;
  /** Undefined when there is no such patient. */
  reachOf(patientId: PatientId): Promise<readonly ReachEntry[] | undefined>;
}
