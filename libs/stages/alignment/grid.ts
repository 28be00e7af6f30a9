import type { TimeGrid } from '@concord/core/clinical';
import { hours, type Instant } from '@concord/core/kernel';

export type { Instant, TimeGrid };

/** A grid of one-hour steps whose last step closes at `end`: anchored on the question, never on the first sample. */
export function hourlyGrid(end: Instant, steps: number): TimeGrid {
  return { end, step: hours(1), steps };
}
