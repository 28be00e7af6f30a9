import type { Instant } from '@concord/core/kernel';
import { smoothNoise } from './noise.ts';

/** What the patient's state does around the anchor, the moment at which the demo begins. */
export const COURSES = ['stable', 'slow-decline', 'sudden-decline', 'recovering'] as const;
export type DemoCourse = (typeof COURSES)[number];

/** What is wrong, which decides how severity shows in signs, film and report. */
export const CONDITIONS = ['pneumonia', 'sepsis', 'heart-failure', 'copd', 'after-surgery'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The one hidden state behind everything that a synthetic patient shows. */
export interface LatentPlan {
  readonly seed: number;
  readonly condition: Condition;
  readonly course: DemoCourse;
  /** Severity in [0, 1] at rest: before a decline, after a recovery. */
  readonly rest: number;
  /** Severity in [0, 1] at the worst. */
  readonly peak: number;
  /** Hours from the anchor at which the change begins and has happened. */
  readonly turn: readonly [from: number, to: number];
  readonly anchor: Instant;
}

/** Hours in which each course turns, from the anchor. */
export const USUAL_TURN: Readonly<Record<DemoCourse, readonly [number, number]>> = {
  stable: [0, 1],
  'slow-decline': [-28, 1],
  'sudden-decline': [-2.6, -0.4],
  recovering: [-40, -3],
};

const SLOW_CHANNEL = 1;
const TIDE_HOURS = 34;

/** Severity in [0, 1] at a moment: 0 is well, above about 0.8 few stay on a ward. Long after the anchor it ebbs and flows. */
export function severityAt(plan: LatentPlan, at: Instant): number {
  const hours = hoursFrom(plan.anchor, at);
  const [from, to] = plan.turn;
  const turned = smoothstep((hours - from) / (to - from));
  const level = levelOf(plan, turned);
  const tide = hours > to + 6 ? 0.1 * Math.sin((2 * Math.PI * (hours - to - 6)) / TIDE_HOURS) : 0;
  const wander = 0.03 * smoothNoise(plan.seed, SLOW_CHANNEL, hours / 5);
  return Math.min(1, Math.max(0, level - Math.abs(tide) * (level > 0.4 ? 1 : 0) + wander));
}

function levelOf({ course, rest, peak }: LatentPlan, turned: number): number {
  switch (course) {
    case 'stable':
      return rest;
    case 'recovering':
      return peak + (rest - peak) * turned;
    case 'slow-decline':
    case 'sudden-decline':
      return rest + (peak - rest) * turned;
  }
}

export function hoursFrom(anchor: Instant, at: Instant): number {
  return (at - anchor) / 3_600_000;
}

function smoothstep(t: number): number {
  const kept = Math.min(1, Math.max(0, t));
  return kept * kept * (3 - 2 * kept);
}
