import { asOf, tierOf, type PatientTimeline, type RiskTask } from '@concord/core/clinical';
import { minutes, plus, type Instant } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { prepareRow, scoreRows, type RowAnswer, type RowParts } from '../assess/index.ts';
import { auroc } from './discrimination.ts';
import { ranked } from './predictions.ts';
import { changesFor, type Change } from './stress-changes.ts';

/** A question of the sample that is asked again under worse conditions; one label per task, undefined where it was not asked. */
export interface StressRow {
  readonly timeline: PatientTimeline;
  readonly at: Instant;
  readonly labels: readonly (boolean | undefined)[];
  /** How many questions of the run it stands for. */
  readonly weight: number;
}

/** How a score moves while nothing new is known. */
export interface Temporal {
  /** Half hours in which nothing was measured, scored at both ends. */
  readonly pairs: number;
  /** Of the probability, an hour. */
  readonly meanAbsoluteChange: number | null;
  /** In one half hour. */
  readonly largest: number | null;
  /** Changes of tier in 1,000 hours by the thresholds alone; and as served, where a tier is held until the chance leaves the band below it. */
  readonly crossings: number | null;
  readonly flips: number | null;
}

/** What one disturbance does to the score. */
export interface Robustness {
  readonly name: string;
  readonly sentence: string;
  readonly n: number;
  /** Still scored; the others abstain. */
  readonly scored: number;
  /** Share of the disturbed readings that the door refuses; null where nothing passes a door. */
  readonly refused: number | null;
  readonly aurocBefore: number | null;
  readonly auroc: number | null;
  readonly meanAbsoluteChange: number | null;
}

export interface Stress {
  readonly temporal: Temporal;
  readonly robustness: readonly Robustness[];
}

export interface StressPlan {
  readonly tasks: readonly RiskTask[];
  readonly parts: RowParts;
  readonly rng: Rng;
  readonly progress: (done: number, total: number) => void;
}

/** Six hours in steps of half an hour: as long as signs may be scored at all, fine enough for a question that is asked for one hour. */
const STEPS_WITHOUT_NEWS = 12;
const STEPS_AN_HOUR = 2;

/** @returns one per task, in the order of the tasks. */
export async function stress(rows: readonly StressRow[], plan: StressPlan): Promise<readonly Stress[]> {
  const changes = changesFor(plan.parts.plugins);
  const total = 1 + STEPS_WITHOUT_NEWS + changes.length;
  let done = 0;
  const ask = async (question: (row: StressRow) => Pick<StressRow, 'timeline' | 'at'>): Promise<Answers> => {
    const [task] = plan.tasks;
    if (task === undefined) return [];
    const answers = await scoreRows(
      rows.map((row) => prepareRow({ ...question(row), task }, plan.parts)),
      plan.tasks,
      plan.parts,
    );
    plan.progress((done += 1), total);
    return answers;
  };
  const before = await ask((row) => row);
  const courses = [before];
  for (let step = 1; step <= STEPS_WITHOUT_NEWS; step += 1) {
    courses.push(await ask(({ timeline, at }) => ({ timeline: asOf(timeline, at), at: plus(at, minutes(30 * step)) })));
  }
  const disturbed: { readonly change: Change; readonly refused: number | null; readonly answers: Answers }[] = [];
  for (const change of changes) {
    const count = { sent: 0, refused: 0 };
    const answers = await ask(({ timeline, at }) => ({ timeline: change.apply(timeline, { at, rng: plan.rng, count }), at }));
    disturbed.push({ change, refused: count.sent === 0 ? null : count.refused / count.sent, answers });
  }
  return plan.tasks.map((task, place) => ({
    temporal: temporalOf(
      rows.map(({ weight }) => weight),
      courses.map((answers) => answers.map((row) => row[place])),
      task.thresholds,
    ),
    robustness: disturbed
      .filter(({ change: { modality } }) => modality === undefined || task.required.includes(modality) || task.optional.includes(modality))
      .map(({ change, refused, answers }) => robustnessOf({ rows, place, before, after: answers }, change, refused)),
  }));
}

type Answers = readonly (readonly RowAnswer[])[];

function chanceOf(answer: RowAnswer | undefined): number | undefined {
  return answer?.kind === 'scored' ? answer.probability : undefined;
}

function temporalOf(weights: readonly number[], courses: readonly (readonly (RowAnswer | undefined)[])[], thresholds: RiskTask['thresholds']): Temporal {
  let [pairs, mass, sum, largest, crossings, flips] = [0, 0, 0, 0, 0, 0];
  (courses[0] ?? []).forEach((first, row) => {
    const weight = weights[row] ?? 0;
    let before = chanceOf(first);
    let tier = tierOf(before ?? 0, thresholds);
    for (const course of courses.slice(1)) {
      const now = chanceOf(course[row]);
      if (before === undefined || now === undefined) return;
      pairs += 1;
      mass += weight;
      sum += weight * Math.abs(now - before);
      largest = Math.max(largest, Math.abs(now - before));
      crossings += weight * Number(tierOf(now, thresholds) !== tierOf(before, thresholds));
      const next = tierOf(now, thresholds, tier);
      flips += weight * Number(next !== tier);
      tier = next;
      before = now;
    }
  });
  if (pairs === 0) return { pairs, meanAbsoluteChange: null, largest: null, crossings: null, flips: null };
  return {
    pairs,
    meanAbsoluteChange: (STEPS_AN_HOUR * sum) / mass,
    largest,
    crossings: (1000 * STEPS_AN_HOUR * crossings) / mass,
    flips: (1000 * STEPS_AN_HOUR * flips) / mass,
  };
}

interface Compared {
  readonly rows: readonly StressRow[];
  readonly place: number;
  readonly before: Answers;
  readonly after: Answers;
}

function robustnessOf({ rows, place, before, after }: Compared, { name, sentence }: Change, refused: number | null): Robustness {
  const asked = rows.flatMap(({ labels }, row) => {
    const [label, first] = [labels[place], chanceOf(before[row]?.[place])];
    return label === undefined || first === undefined ? [] : [{ label, first, then: chanceOf(after[row]?.[place]) }];
  });
  const both = asked.flatMap(({ label, first, then }) => (then === undefined ? [] : [{ label, first, then }]));
  const outcome = Uint8Array.from(both, ({ label }) => Number(label));
  const area = (score: Float64Array): number | null => known(auroc(ranked({ score, outcome })));
  return {
    name,
    sentence,
    n: asked.length,
    scored: both.length,
    refused,
    aurocBefore: area(Float64Array.from(both, ({ first }) => first)),
    auroc: area(Float64Array.from(both, ({ then }) => then)),
    meanAbsoluteChange: both.length === 0 ? null : both.reduce((sum, { first, then }) => sum + Math.abs(then - first), 0) / both.length,
  };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
