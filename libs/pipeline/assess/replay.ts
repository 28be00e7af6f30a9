import type { Assess, Assessment, PatientTimeline, RiskTask } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';

/** How a stored assessment came out again. */
export type Replay =
  /** Same build and CPU features: the logit is the same to the bit; elsewhere it differs by at most 1e-5. */
  | { readonly kind: 'reproduced'; readonly bitEqual: boolean; readonly again: Assessment }
  | { readonly kind: 'differs'; readonly what: readonly Difference[]; readonly again: Assessment }
  /** The timeline no longer holds what the assessment saw. */
  | { readonly kind: 'inputs-erased' };

export type Difference = 'outcome' | 'logit' | 'probability' | 'inputs' | 'bundle';

/** On another CPU class the order of a sum may differ in its last bits (DESIGN 5). */
const ELSEWHERE = 1e-5;

/**
 * Asks the stored question again.
 * @param timeline loaded up to the revision that the assessment pins; undefined when the patient's data was erased.
 * @param assess bound to the bundle that the assessment names.
 */
export async function replay(
  stored: Assessment,
  question: { readonly timeline: PatientTimeline | undefined; readonly task: RiskTask; readonly assess: Assess },
): Promise<Replay> {
  const { timeline, task, assess } = question;
  if (timeline === undefined) return { kind: 'inputs-erased' };
  const [again] = await assess({ timeline, asOf: stored.asOf, tasks: [task] });
  invariant(again !== undefined, 'one answer to one question');
  const what = differencesOf(stored, again);
  if (what.length === 0) return { kind: 'reproduced', bitEqual: logitOf(stored) === logitOf(again), again };
  return what.includes('inputs') && isEmptied(timeline) ? { kind: 'inputs-erased' } : { kind: 'differs', what, again };
}

function differencesOf(stored: Assessment, again: Assessment): readonly Difference[] {
  const sameMachine = stored.pins.runtime === again.pins.runtime;
  const [before, after] = [logitOf(stored), logitOf(again)];
  const near = before === after || (!sameMachine && before !== undefined && after !== undefined && Math.abs(before - after) <= ELSEWHERE);
  return [
    ...differs('outcome', stored.outcome.kind === again.outcome.kind),
    ...differs('bundle', stored.bundle === again.bundle && stored.pins.blockSha256.join() === again.pins.blockSha256.join()),
    ...differs('inputs', stored.pins.inputsSha256 === again.pins.inputsSha256),
    ...differs('logit', near),
    ...differs('probability', !sameMachine || probabilityOf(stored) === probabilityOf(again)),
  ];
}

function differs(what: Difference, same: boolean): readonly Difference[] {
  return same ? [] : [what];
}

function logitOf({ outcome }: Assessment): number | undefined {
  return outcome.kind === 'scored' ? outcome.score.logit : undefined;
}

function probabilityOf({ outcome }: Assessment): number | undefined {
  return outcome.kind === 'scored' ? outcome.score.probability : undefined;
}

function isEmptied({ streams }: PatientTimeline): boolean {
  return [...streams.values()].every(({ observations }) => observations.length === 0);
}
