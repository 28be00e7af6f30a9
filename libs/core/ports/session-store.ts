import type { Instant } from '../kernel/index.ts';

/** A web session as it is stored: nothing of it opens without the key that the server holds. */
export interface SessionRow {
  /** SHA-256 of the id that the browser holds. */
  readonly key: Uint8Array;
  readonly sealed: Uint8Array;
  readonly subject: string;
  /** `sid` of the realm: what a sign-out there names. */
  readonly realmSession: string | undefined;
  readonly bornAt: Instant;
  readonly usedAt: Instant;
}

/** One session of the realm, or everything that a person had open. */
export type EndedWhat = { readonly kind: 'session' | 'person'; readonly name: string };

/** What a token says of its origin. */
export interface TokenOrigin {
  readonly subject: string;
  readonly realmSession: string | undefined;
  readonly issuedAt: Instant;
}

/** Sessions that all processes of the API share. No patient's data: the only store beside `withAccess`. */
export interface SessionStore {
  put(row: SessionRow): Promise<void>;
  find(key: Uint8Array): Promise<SessionRow | undefined>;
  touch(key: Uint8Array, at: Instant): Promise<void>;
  /** All of one person, the newest first. */
  ofPerson(subject: string): Promise<readonly SessionRow[]>;
  remove(key: Uint8Array): Promise<SessionRow | undefined>;
  /** Alone with the row, across processes: a refresh token is used once. @returns what is stored afterwards. */
  renew(key: Uint8Array, work: (sealed: Uint8Array) => Promise<Uint8Array | 'keep' | 'end'>): Promise<Uint8Array | undefined>;
  /** Removes the sessions and refuses tokens that were issued up to `at`. @returns what was removed. */
  end(what: EndedWhat, at: Instant): Promise<readonly SessionRow[]>;
  isEnded(origin: TokenOrigin): Promise<boolean>;
  /** Forgets sessions used last before `idleSince` or begun before `bornSince`, and ends older than any token. */
  sweep(limits: { readonly idleSince: Instant; readonly bornSince: Instant; readonly endedSince: Instant }): Promise<void>;
  close(): Promise<void>;
}
