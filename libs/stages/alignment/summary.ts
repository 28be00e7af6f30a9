import { hours } from '@concord/core/kernel';
import type { Sample } from './carry-forward.ts';
import type { Instant } from './grid.ts';

/**
 * What a table says of one signal, in the unit of the signal unless said otherwise. Every window is counted back from the
 * question; no feature tells how long a record is, and counts and ages end at 24 hours.
 * - `last`: median of the newest three samples within an hour of the newest; one spike does not count
 * - `age`: hours since the newest sample, at most 24 · `count24`: hours of the last 24 that hold a sample (0 to 24)
 * - `change1`, `change6`, `change24`: `last` less what was known that many hours ago
 * - `previous`: the sample before the newest by more than half an hour · `first48`: the oldest of 48 hours
 * - `mean`, `min`, `max` over 6, 24 and 48 hours, `spread24` standard deviation, `sum24` of 24 hours
 */
export const SUMMARY_FEATURES = [
  'last',
  'age',
  'count24',
  'mean6',
  'min6',
  'max6',
  'mean24',
  'min24',
  'max24',
  'spread24',
  'sum24',
  'change1',
  'change6',
  'change24',
  'previous',
  'mean48',
  'min48',
  'max48',
  'first48',
] as const;
export type SummaryFeature = (typeof SUMMARY_FEATURES)[number];
/** Features that tell how often somebody looked, and so how worried they were; a switch of the lab leaves them out. */
export const SAMPLING_FEATURES: readonly SummaryFeature[] = ['age', 'count24'];
/** Nothing older is read. */
export const SUMMARY_HOURS = 48;

const HOUR_MS = hours(1);
const AGE_MOST = 24;
const NEWEST = 3;
const OTHER_DRAW = hours(0.5);

/**
 * Summarises one signal at one moment.
 * @param samples in order of time, none after `at`.
 * @returns one number per feature in the order of `SUMMARY_FEATURES`; NaN where it is not known.
 */
export function summarise(samples: readonly Sample[], at: Instant): Float32Array {
  const row = new Float32Array(SUMMARY_FEATURES.length).fill(Number.NaN);
  const seen = samples.filter((sample) => at - sample.at < SUMMARY_HOURS * HOUR_MS);
  const [oldest, newest] = [seen[0], seen.at(-1)];
  if (oldest === undefined || newest === undefined) return row;
  const last = median(seen.filter((sample) => newest.at - sample.at < HOUR_MS).slice(-NEWEST));
  const [six, day, all] = [statistics(seen, at, 6), statistics(seen, at, AGE_MOST), statistics(seen, at, SUMMARY_HOURS)];
  const changeOver = (hoursBack: number): number => last - valueAt(seen, at - hoursBack * HOUR_MS);
  row.set([
    last,
    Math.min(AGE_MOST, (at - newest.at) / HOUR_MS),
    day.hoursHit,
    ...[six.mean, six.min, six.max, day.mean, day.min, day.max, day.spread, day.sum],
    ...[changeOver(1), changeOver(6), changeOver(24)],
    valueAt(seen, newest.at - OTHER_DRAW),
    ...[all.mean, all.min, all.max],
    oldest.value,
  ]);
  return row;
}

/** The newest value not younger than `moment`; NaN when there is none. */
export function valueAt(samples: readonly Sample[], moment: number): number {
  for (let place = samples.length - 1; place >= 0; place -= 1) {
    const sample = samples[place];
    if (sample !== undefined && sample.at <= moment) return sample.value;
  }
  return Number.NaN;
}

interface Statistics {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly spread: number;
  readonly sum: number;
  /** Hours of the window that hold a sample. */
  readonly hoursHit: number;
}

function statistics(samples: readonly Sample[], at: Instant, windowHours: number): Statistics {
  let [count, sum, squares, min, max, hoursHit, lastHour] = [0, 0, 0, Infinity, -Infinity, 0, -1];
  for (let place = samples.length - 1; place >= 0; place -= 1) {
    const sample = samples[place];
    const back = sample === undefined ? Infinity : (at - sample.at) / HOUR_MS;
    if (sample === undefined || back >= windowHours) break;
    count += 1;
    sum += sample.value;
    squares += sample.value * sample.value;
    min = Math.min(min, sample.value);
    max = Math.max(max, sample.value);
    if (Math.floor(back) !== lastHour) hoursHit += 1;
    lastHour = Math.floor(back);
  }
  if (count === 0) return { mean: Number.NaN, min: Number.NaN, max: Number.NaN, spread: Number.NaN, sum: Number.NaN, hoursHit: 0 };
  const mean = sum / count;
  return { mean, min, max, spread: Math.sqrt(Math.max(0, squares / count - mean * mean)), sum, hoursHit };
}

function median(samples: readonly Sample[]): number {
  const ordered = samples.map(({ value }) => value).sort((a, b) => a - b);
  return ((ordered[ordered.length >> 1] ?? Number.NaN) + (ordered[(ordered.length - 1) >> 1] ?? Number.NaN)) / 2;
}
