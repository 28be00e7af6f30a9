import type { Condition, DemoCourse } from './latent-state.ts';

/** One invented patient, as a line of the cast. Hours count from the moment the demo begins; minus is before. */
export interface CastLine {
  readonly family: string;
  readonly given: string;
  readonly sex: 'female' | 'male';
  /** Of the patient outside the population the year is counted back from the demo's. */
  readonly birthDate: string;
  readonly bed: string;
  readonly admittedHours: number;
  readonly condition: Condition;
  readonly course: DemoCourse;
  /** Severity at rest and at the worst, in [0, 1]. */
  readonly severity: readonly [rest: number, peak: number];
  /** When the change begins and has happened, where it is not the usual of the course. */
  readonly turn?: readonly [number, number];
  readonly measuredBy: 'monitor' | 'wearable' | 'both' | 'rounds';
  readonly everyMinutes?: number;
  readonly rounds: 'full' | 'partial' | 'none';
  readonly roundHours?: number;
  /** Hours of the film; none without it. */
  readonly filmHours?: number;
  readonly reported?: 'final' | 'preliminary';
  /** Film without report, or report without film. */
  readonly only?: 'film' | 'report';
  readonly special?: 'conflict' | 'under-age' | 'stale' | 'too-little' | 'complete-emergency' | 'scale-2' | 'signs-in-to-see-own-record';
}
