import type { Receipts } from './edge/receipts.ts';
import type { SessionSeal } from '@concord/adapters/crypto';
import type { RecordSecurity, SessionStore, WithAccess } from '@concord/core/ports';

/** What the edge needs of the database: the one door to stored data, and whether it stands open. */
export interface Backend {
  readonly withAccess: WithAccess;
  /** Keeps sign-ins, and refusals that reached no store. */
  readonly record: RecordSecurity;
  /** Web sessions, which all processes share. */
  readonly sessions: SessionStore;
  readonly sessionSeal: SessionSeal;
  /** Vouches for what was recorded; a test without a database has none. */
  readonly receipts?: Receipts;
  /** True when the database answers and its migrations are applied. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}
