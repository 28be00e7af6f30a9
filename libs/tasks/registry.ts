import type { RiskTask, RiskTaskId } from '@concord/core/clinical';
import { hospitalMortality } from './hospital-mortality/index.ts';
import { physiologicalDecline } from './physiological-decline/index.ts';
import { sepsisOnset } from './sepsis-onset/index.ts';

/** Every question that Concord answers; the order is irrelevant. */
export const tasks: readonly RiskTask[] = [...physiologicalDecline, sepsisOnset, hospitalMortality];

/** @returns undefined for a task that nobody declared. */
export function taskOf(id: string): RiskTask | undefined {
  return tasks.find((task) => task.id === (id as RiskTaskId));
}
