import type { BundleId, ModalityKind, RiskTaskId, WardId } from '../clinical/index.ts';
import type { Instant } from '../kernel/index.ts';

/** What a site found when it checked a score on its own patients: aggregates only, of one bundle, task, set of inputs and ward. */
export interface ValidationFigures {
  readonly bundle: BundleId;
  readonly task: RiskTaskId;
  /** Modalities, in the order of the calibration that was checked. */
  readonly pattern: readonly ModalityKind[];
  readonly wardId: WardId;
  readonly patients: number;
  /** Patients with the outcome. */
  readonly events: number;
  readonly auroc?: number;
  /** Calibration slope. */
  readonly slope?: number;
  /** Observed over expected events. */
  readonly observedExpected?: number;
  /** How it was done, for the next steward. No patient is named in it. */
  readonly note: string;
}

export interface LocalValidation extends ValidationFigures {
  readonly id: string;
  /** Login of the steward. */
  readonly recordedBy: string;
  readonly recordedAt: Instant;
  readonly withdrawnAt?: Instant;
  readonly withdrawnBy?: string;
}

/** What stewards said of the models at this site. */
export interface ModelStore {
  /** Newest first, the withdrawn ones too. */
  validations(): Promise<readonly LocalValidation[]>;
  recordValidation(figures: ValidationFigures): Promise<LocalValidation>;
  /** @returns false when there is none of this id that still holds. */
  withdrawValidation(id: string): Promise<boolean>;
}
