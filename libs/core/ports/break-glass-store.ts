import type { Identifier, PatientId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Purpose } from './access.ts';

/** What a look-up found: `id` names the look-up for the grant that may follow. */
export type LookUp =
  | { readonly kind: 'found'; readonly id: string; readonly patientId: PatientId }
  | { readonly kind: 'nobody' }
  /** Too many of this actor, or about this identifier. */
  | { readonly kind: 'too-many' };

export interface EmergencyGrant {
  readonly id: string;
  readonly patientId: PatientId | undefined;
  readonly login: string;
  readonly purpose: Purpose;
  readonly reasonCode: string;
  readonly startsAt: Instant;
  /** When its time is over, or when it was given back. */
  readonly endsAt: Instant;
  readonly review?: { readonly login: string; readonly finding: 'justified' | 'not-justified'; readonly closedAt: Instant };
}

/** A grant as its reviewer reads it. */
export interface EmergencyReview extends EmergencyGrant {
  /** Undefined when the patient was erased. */
  readonly reason: string | undefined;
  readonly isOwn: boolean;
}

/** What the decision on a grant needs to know. */
export interface GrantFacts {
  readonly lookup: { readonly patientId: PatientId | undefined; readonly at: Instant } | undefined;
  /** End of the oldest grant of this actor that nobody has reviewed. */
  readonly unreviewedSince: Instant | undefined;
  readonly isBarred: boolean;
}

/** One person was given the records of so many different patients between two moments. */
export interface ReadingAlert {
  readonly id: string;
  readonly login: string;
  readonly patients: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly isSeen: boolean;
  readonly isOwn: boolean;
}

/** Looking past the usual relations in an emergency. */
export interface BreakGlassStore {
  /** By exact identifier, and the birth date where one is recorded. Counts hit and miss alike. */
  lookUp(identifier: Identifier, birthDate: string | undefined): Promise<LookUp>;
  factsOf(lookUpId: string, patientId: PatientId): Promise<GrantFacts>;
  /** From now until `endsAt`. @throws when the database refuses what the decision should have refused. */
  open(grant: {
    readonly lookUpId: string;
    readonly patientId: PatientId;
    readonly reasonCode: string;
    readonly reason: string;
    readonly minutes: number;
  }): Promise<EmergencyGrant>;
  mine(): Promise<readonly EmergencyGrant[]>;
  /** @returns false when there is no such open grant of this actor. */
  giveBack(grantId: string): Promise<boolean>;
  reviews(): Promise<readonly EmergencyReview[]>;
  /** How many of them this reader sees open. */
  openReviews(): Promise<number>;
  /** @returns false when it is not there, already closed, or one's own. */
  /** Who opened the records of many patients in a short time; for the officer. */
  alerts(): Promise<readonly ReadingAlert[]>;
  /** The officer looked into it; false for one about themselves, or none. */
  seeAlert(id: string): Promise<boolean>;
  close(grantId: string, review: { readonly finding: 'justified' | 'not-justified'; readonly note: string }): Promise<boolean>;
}
