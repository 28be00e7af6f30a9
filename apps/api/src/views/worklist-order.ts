import type { WorklistRow } from '@concord/contracts';
import { MAIN_TASK } from './questions.ts';

/** The default order in words; the header of the worklist shows it. */
export const ORDER = 'NEWS2 (lower bound), then chance of decline within 24 h, then name';

/** Worst first. A missing score comes after every score, never before: it is not a zero and not an alarm. */
export function byNeed(a: WorklistRow, b: WorklistRow): number {
  return b.news2.atLeast - a.news2.atLeast || probabilityOf(b) - probabilityOf(a) || a.banner.family.localeCompare(b.banner.family, 'en') || idOrder(a, b);
}

function probabilityOf(row: WorklistRow): number {
  return row.assessments.find(({ task }) => task === MAIN_TASK)?.probability ?? -1;
}

function idOrder(a: WorklistRow, b: WorklistRow): number {
  return a.banner.patientId < b.banner.patientId ? -1 : 1;
}
