import type { AccessDecision, Keyring, RecordSecurity, Refusal, Relationship, SealedFiles, WithAccess } from '@concord/core/ports';
import type { AccessQuestion } from '@concord/governance/access';
import type { ReadingWatch } from './audit/many-patients.ts';
import type { FeedBatch, FeedPlace } from './audit/feed.ts';

/** The pure decision; a test of row-level security alone hands in one that always allows. */
export interface AccessPolicy {
  decide(question: AccessQuestion): AccessDecision;
  /** The relations under which a search may hand out a row. */
  reachableBy(question: Omit<AccessQuestion, 'relationships'>): readonly Relationship[];
  refusal(question: AccessQuestion, decision: AccessDecision): Refusal;
}

export interface DatabaseSettings {
  /** Connection string of `app_rw`, or of `app_worker` for machine work. */
  readonly url: string;
  /** `worker`: one patient at a time, the one of the request; everything else asks for relations of a person or a source. */
  readonly machine: 'api' | 'worker';
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  /** In a demo the seed may lay down a past (DESIGN 9); nobody else, and nowhere else. */
  readonly demo: boolean;
  readonly policy?: AccessPolicy;
  /** Of the worker: when the officer is told of somebody who opens many records. */
  readonly watch?: ReadingWatch;
  readonly connections?: number;
}

/** The one door to stored data. */
export interface Database {
  readonly withAccess: WithAccess;
  /** True when the database answers and its schema is there. */
  ready(): Promise<boolean>;
  /** Keeps what the edge decided by itself: sign-ins, and refusals that reached no store. */
  readonly record: RecordSecurity;
  /** The next events after a place, for the house's audit repository; the worker's work. */
  auditFeed(place: FeedPlace | undefined, most: number): Promise<FeedBatch>;
  /** Closes audit units that have ended; the worker calls it each minute. */
  closeAuditUnits(): Promise<number>;
  /** Begins the record's next partition in time; the worker calls it each minute. */
  keepRecordTurning(): Promise<void>;
  /** Rewrites the pages in which deleted links still stand; the worker calls it after an erasure. */
  rewriteErased(): Promise<void>;
  close(): Promise<void>;
}
