import { carryForward, type Sample } from './carry-forward.ts';
import { hourlyGrid, type Instant } from './grid.ts';

/** Hours counted back from the question that a sequence network reads. */
export const HOURS_BACK = 48;

/** Whether a column of a table is an hour of a signal. */
export function isHourColumn(name: string): boolean {
  return name.includes('/hour-');
}

/** Columns of the hours of each signal: `<channel>/hour-0` is the hour that ends at the question, `hour-47` the one that began two days before it. */
export function hourColumns(channels: readonly string[]): readonly string[] {
  return channels.flatMap((channel) => Array.from({ length: HOURS_BACK }, (_, back) => `${channel}/hour-${back}`));
}

/**
 * What each signal was in each hour, nothing carried over from another: how a network carries it on is the network's own.
 * @param samples of each channel, in order of time, none after `at`.
 * @returns in the order of `hourColumns`: the median of the newest three samples of the hour, in the unit of the signal; NaN where the hour has none.
 */
export function hourRow(samples: readonly (readonly Sample[])[], at: Instant): Float32Array {
  const grid = hourlyGrid(at, HOURS_BACK);
  const row = new Float32Array(samples.length * HOURS_BACK).fill(Number.NaN);
  samples.forEach((own, channel) => {
    carryForward(own, grid).forEach(({ value, known, hoursSince }, step) => {
      if (known && hoursSince < 1) row[(channel + 1) * HOURS_BACK - 1 - step] = value;
    });
  });
  return row;
}
