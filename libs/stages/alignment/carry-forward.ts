import type { Instant, TimeGrid } from './grid.ts';

/** One number at one moment, already in the unit of its channel. */
export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

/** One step of a grid: what was known when the step closed. */
export interface Step {
  /** Carried forward from the newest step that was measured; 0 where nothing was known (its mask says so). */
  readonly value: number;
  readonly known: boolean;
  /** Hours from the newest sample to the close of the step; 0 where nothing was known. */
  readonly hoursSince: number;
}

const HOUR_MS = 3_600_000;
/** A spike needs two companions to move the middle of three, while a change that lasts is seen within two samples. */
const NEWEST = 3;

/**
 * Lays samples on a grid that ends at the question and carries the last known value forward; what was never measured stays
 * unknown. A step's own value is the median of its newest three samples.
 * @param samples in order of time; those outside the grid are ignored.
 * @returns one entry per step, oldest first.
 * Source: Che et al. 2018 (GRU-D): value, masking vector, time since the last measurement.
 */
export function carryForward(samples: readonly Sample[], grid: TimeGrid): readonly Step[] {
  const steps: Step[] = [];
  const begin = grid.end - grid.steps * grid.step;
  let next = samples.findIndex(({ at }) => at > begin);
  let last: Sample | undefined;
  for (let step = 0; step < grid.steps; step += 1) {
    const close = begin + (step + 1) * grid.step;
    const inside: Sample[] = [];
    for (let sample = samples[next]; next >= 0 && sample !== undefined && sample.at <= close; sample = samples[next]) {
      inside.push(sample);
      next += 1;
    }
    const newest = inside.at(-1);
    if (newest !== undefined) last = { at: newest.at, value: median(inside.slice(-NEWEST)) };
    steps.push(last === undefined ? { value: 0, known: false, hoursSince: 0 } : { value: last.value, known: true, hoursSince: (close - last.at) / HOUR_MS });
  }
  return steps;
}

function median(samples: readonly Sample[]): number {
  const ordered = samples.map(({ value }) => value).sort((a, b) => a - b);
  const upper = ordered[ordered.length >> 1] ?? 0;
  const lower = ordered[(ordered.length - 1) >> 1] ?? upper;
  return (lower + upper) / 2;
}
