import type { Instant } from '../kernel/index.ts';
import type { Identifier, Sha256, SourceId } from '../clinical/index.ts';
import type { Page, Paged } from './storing.ts';

export type ReconcileReason =
  | 'unknown-identifier'
  | 'foreign-authority'
  | 'conflicting-birth-date'
  | 'wrong-patient'
  | 'impossible-time'
  | 'ambiguous-time'
  | 'unknown-unit'
  | 'unknown-ward';

export interface ReconcileItem {
  readonly id: string;
  readonly sourceId: SourceId;
  readonly receivedAt: Instant;
  readonly reason: ReconcileReason;
  readonly door: 'stow' | 'fhir' | 'csv';
  readonly blob: Sha256;
  readonly state: 'open' | 'linked' | 'rejected';
}

export interface ReconcileStore {
  add(item: {
    readonly sourceId: SourceId;
    readonly reason: ReconcileReason;
    readonly door: ReconcileItem['door'];
    readonly blob: Sha256;
    readonly identifiers: readonly Identifier[];
  }): Promise<ReconcileItem>;
  list(page: Page): Promise<Paged<ReconcileItem>>;
}
