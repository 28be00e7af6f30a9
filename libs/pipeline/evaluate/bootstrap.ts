import type { Rng } from '@concord/core/ports';
import type { Interval } from './suite.ts';

/** How often each unit counts in one draw; a row's weight is that of its unit. */
export type Draw = Uint32Array;

export interface BootstrapPlan {
  /** Patients, or whatever is resampled whole. */
  readonly units: number;
  readonly draws: number;
  readonly rng: Rng;
  readonly progress?: (done: number, total: number) => void;
}

/** Draws whole units with replacement, as many as there are: all rows of a patient move together. */
export function* drawUnits({ units, draws, rng, progress }: BootstrapPlan): Generator<Draw> {
  for (let done = 0; done < draws; done += 1) {
    const counts = new Uint32Array(units);
    for (let pick = 0; pick < units; pick += 1) {
      const unit = Math.floor(rng.next() * units);
      counts[unit] = (counts[unit] ?? 0) + 1;
    }
    yield counts;
    progress?.(done + 1, draws);
  }
}

/**
 * 95 % percentile intervals of several figures from the same draws.
 * @param figures computes every figure of one draw; one that a draw does not define (NaN) is left out of its interval.
 */
export function bootstrap(plan: BootstrapPlan, figures: (draw: Draw) => Readonly<Record<string, number>>): Readonly<Record<string, Interval>> {
  const values = new Map<string, number[]>();
  for (const draw of drawUnits(plan)) {
    for (const [name, value] of Object.entries(figures(draw))) {
      const list = values.get(name) ?? [];
      if (!Number.isNaN(value)) list.push(value);
      values.set(name, list);
    }
  }
  return Object.fromEntries([...values].filter(([, list]) => list.length > 0).map(([name, list]) => [name, percentileInterval(list)]));
}

/** The 2.5th and 97.5th percentile, interpolated. */
export function percentileInterval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/**
 * Interval of a figure that sums absolute differences, such as a calibration error: a draw adds noise and so adds error,
 * and the percentiles lie above the figure itself. They are moved down by what the draws add at their middle.
 */
export function errorInterval([low, high]: Interval, figure: number): Interval {
  const added = Math.max(0, (low + high) / 2 - figure);
  return [Math.max(0, low - added), high - added];
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: Float64Array, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  const [a, b] = [sorted[low] ?? Number.NaN, sorted[high] ?? Number.NaN];
  return a + (b - a) * (place - low);
}
