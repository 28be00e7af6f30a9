import { assessmentToWire, news2ToWire, type Banner, type WireAssessment, type WorklistRow } from '@concord/contracts';
import type { ModalityKind, ModalityStates, News2 } from '@concord/core/clinical';
import { hours, minus, toIso, type Instant } from '@concord/core/kernel';
import type { StoredAssessment } from '@concord/core/ports';
import { taskOf } from '@concord/tasks/registry';
import { MAIN_TASK } from './questions.ts';

/** What a row of the worklist and the head of a patient's page are made of. */
export interface RowParts {
  readonly banner: Banner;
  readonly news2: News2;
  readonly latest: readonly StoredAssessment[];
  /** 24 hours of the main task, oldest first. */
  readonly history: readonly { readonly asOf: Instant; readonly probability: number | null }[];
  /** Newest sample per modality. */
  readonly newest: ReadonlyMap<ModalityKind, Instant>;
  /** Modalities whose evidence this reader may not see. */
  readonly withhold: readonly string[];
}

export function rowOf(parts: RowParts): WorklistRow {
  const assessments = parts.latest.map((stored) => wireAssessment(stored, parts.withhold)).sort((a, b) => horizonOf(a) - horizonOf(b));
  const main = parts.latest.find(({ assessment }) => assessment.task === MAIN_TASK);
  return {
    banner: parts.banner,
    news2: news2ToWire(parts.news2),
    assessments,
    trend: {
      change6h: changeOf(parts.history),
      points: parts.history.map(({ asOf, probability }) => ({ asOf: toIso(asOf), probability })),
    },
    inputs: inputsOf(main?.assessment.modalities, parts.newest),
    needsSomeoneNow: parts.news2.atLeast >= 7 || parts.news2.singleThree || assessments.some(({ tier }) => tier === 'high'),
  };
}

export function wireAssessment(stored: StoredAssessment, withhold: readonly string[]): WireAssessment {
  return assessmentToWire(stored, { thresholds: taskOf(stored.assessment.task)?.thresholds, withhold });
}

const horizonOf = (assessment: WireAssessment): number => taskOf(assessment.task)?.horizon ?? 0;

/** Newest score less the newest one that was at least six hours older; null where there are not two. */
function changeOf(history: RowParts['history']): number | null {
  const scored = history.flatMap(({ asOf, probability }) => (probability === null ? [] : [{ asOf, probability }]));
  const last = scored.at(-1);
  if (last === undefined) return null;
  const before = scored.findLast(({ asOf }) => asOf <= minus(last.asOf, hours(6)));
  return before === undefined ? null : Math.round((last.probability - before.probability) * 10_000) / 10_000;
}

const STATES = ['used', 'stale', 'absent', 'withheld', 'unused'] as const;

/** What the newest assessment made of each modality, with the age of its newest sample. */
function inputsOf(states: ModalityStates | undefined, newest: ReadonlyMap<ModalityKind, Instant>): WorklistRow['inputs'] {
  const known = states === undefined ? [] : STATES.flatMap((state) => states[state].map((modality) => ({ modality, state })));
  const unasked = [...newest.keys()]
    .filter((modality) => !known.some((one) => one.modality === modality))
    .map((modality) => ({ modality, state: 'unused' as const }));
  return [...known, ...unasked]
    .sort((a, b) => (a.modality < b.modality ? -1 : 1))
    .map(({ modality, state }) => {
      const at = newest.get(modality);
      return { modality, state, newestAt: at === undefined ? null : toIso(at) };
    });
}
