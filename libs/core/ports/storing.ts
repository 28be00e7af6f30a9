import type { Instant } from '../kernel/index.ts';

/** What happened to something that was sent: made, the same again, or a new version of what was there. */
export type Stored<Id> =
  { readonly kind: 'created' | 'repeated' | 'superseded'; readonly id: Id; readonly version: number } | { readonly kind: 'conflict'; readonly id: Id };

/**
 * When the seed of the demo lays down a past, it says when each thing became available. The store honours it only for the
 * seed's own client in a demo; for everyone else a thing is available from the moment it was stored.
 */
export interface Backdated {
  readonly availableAt?: Instant;
}

export interface Page {
  readonly count: number;
  /** Opaque place to go on from. */
  readonly after?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next?: string;
}
