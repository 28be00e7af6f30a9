import type { SourceId } from '@concord/core/clinical';

/** What a token of the realm must be, and how the realm's names become ours. */
export interface TokenSettings {
  /** Exactly `iss`, to the last character. */
  readonly issuer: string;
  /** Where the realm's public keys are; a setting, never a part of a token. */
  readonly jwksUrl: string;
  /** The resource server that a token must be meant for, and the client whose roles count. */
  readonly audience: string;
  /** The client that signs people in: logout tokens are meant for it. */
  readonly webClient: string;
  /** Clients whose tokens are taken (`azp`). */
  readonly clients: readonly string[];
  /** Name of the realm in stored records: a realm that moves to another address stays the same. */
  readonly realm: string;
  /** Login or client id of whoever feeds data in → its configured source. */
  readonly sources: ReadonlyMap<string, SourceId>;
  /** How long the realm's keys count; the product's own without it. */
  readonly keys?: KeyTimes;
}

/** Milliseconds. */
export interface KeyTimes {
  /** A key that the realm has withdrawn is trusted no longer than this. */
  readonly freshFor: number;
  /** An unknown key id asks the realm again, but not more often than this, however many such tokens arrive. */
  readonly coolDown: number;
  /** While the realm does not answer, keys seen before count this long. */
  readonly staleFor: number;
}
