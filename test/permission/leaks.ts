import type { Person } from '../access-world.ts';
import type { Kind } from '../matrix/routes.ts';
import type { Soul } from './souls.ts';

/** What gives away that there is something of this kind about this patient: ids, and words that stand nowhere else. */
const TRACES: Readonly<Partial<Record<Kind, (person: Person) => readonly string[]>>> = {
  record: (p) => [p.id, p.encounterId, p.canary],
  vitals: (p) => [p.observationId, `Pulse ${p.canary}`, `dev-${p.canary}`],
  'radiology-report': (p) => [p.reportId, `Opacity ${p.canary}`],
  'chest-imaging': (p) => [p.studyId, p.studyUid, p.seriesUid, p.sopUid, `film ${p.canary}`],
  score: (p) => [p.assessmentId],
};

/** May something of this kind about this patient stand in the answer? */
export type May = (kind: Kind, soul: Soul) => boolean;

/** @returns what stands in the text and must not, in words without the value. */
export function leaksIn(text: string, souls: readonly Soul[], may: May): readonly string[] {
  const leaks: string[] = [];
  for (const soul of souls)
    for (const [kind, traces] of Object.entries(TRACES) as [Kind, (person: Person) => readonly string[]][]) {
      const shown = traces(soul.person).filter((trace) => text.includes(trace));
      if (shown.length > 0 && !may(kind, soul)) leaks.push(`${kind} of ${JSON.stringify(soul.standing)} (${shown.length})`);
    }
  return leaks;
}
