import type { PatientTimeline, RiskTask } from '@concord/core/clinical';
import { invariant, type Instant } from '@concord/core/kernel';

/** The moment that the windows and ages of a table are counted from. @param known what is known at `at`. */
export function countedFrom(task: RiskTask, known: PatientTimeline, at: Instant): Instant {
  const from = task.countedFrom?.(known, at) ?? at;
  invariant(from <= at, 'nothing is counted from later than the question');
  return from;
}
