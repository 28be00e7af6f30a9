import type { Worklist, WorklistRow } from '@concord/contracts';
import { TIERS, bandWord } from '@concord/ui';

export const DAY_TASK = 'physiological-decline-24h';

/** The newest answer for the worklist's own question. */
export function mainAssessment(row: Pick<WorklistRow, 'assessments'>, task: string): WorklistRow['assessments'][number] | undefined {
  return row.assessments.find((assessment) => assessment.task === task) ?? row.assessments.at(-1);
}

/** Where a patient is: the bed, else the name. */
export function placeOf({ banner }: WorklistRow): string {
  return banner.bed ?? banner.family;
}

interface Standing {
  readonly numbers: string;
  readonly words: string;
}

function standing(row: WorklistRow, task: string): Standing {
  const main = mainAssessment(row, task);
  const tier = main?.tier ? TIERS[main.tier].word : 'no score';
  const news2 = row.news2.total === null ? 'incomplete' : bandWord(row.news2);
  return {
    numbers: `${String(row.news2.atLeast)}/${String(row.news2.measured)}/${String(main?.probability ?? '')}/${main?.tier ?? ''}`,
    words: `${tier}, NEWS2 ${news2}`,
  };
}

/** Patients whose numbers changed between two answers. */
export function changedIds(before: Worklist, after: Worklist): ReadonlySet<string> {
  return new Set(
    pairs(before, after).flatMap(([old, row]) => (standing(old, before.task).numbers === standing(row, after.task).numbers ? [] : [row.banner.patientId])),
  );
}

/** What a screen reader is told: only a change of tier or band, never each vital. */
export function newsBetween(before: Worklist, after: Worklist): readonly string[] {
  return pairs(before, after).flatMap(([old, row]) => {
    const words = standing(row, after.task).words;
    return standing(old, before.task).words === words ? [] : [`${placeOf(row)} now ${words}`];
  });
}

function pairs(before: Worklist, after: Worklist): readonly (readonly [WorklistRow, WorklistRow])[] {
  const old = new Map(before.rows.map((row) => [row.banner.patientId, row]));
  return after.rows.flatMap((row) => {
    const earlier = old.get(row.banner.patientId);
    return earlier ? [[earlier, row] as const] : [];
  });
}
