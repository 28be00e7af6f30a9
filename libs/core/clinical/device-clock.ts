import { minutes, seconds, type Instant } from '../kernel/index.ts';

/** One message of a device: when it says that it sent, when it arrived, and what it had measured, by its own clock. */
export interface SendStamp {
  readonly sentAt: Instant;
  readonly receivedAt: Instant;
  readonly oldest: Instant;
  readonly newest: Instant;
}

/** How far a device's clock runs ahead of ours; negative: behind. `wrong`: beyond three times what is uncertain about it. */
export interface ClockReading {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly wrong: boolean;
}

/** A message of a live device holds what it measured just before it sent. */
const FRESH_MAX = minutes(5);
const SPAN_MAX = minutes(15);
/** What was held back and comes in a burst counts once, by its least delay. */
const BUCKET = seconds(30);
export const STAMPS_USED = 12;
const STAMPS_LEAST = 5;
/** A way that always takes this long cannot be told from a clock that is behind, so no less is ever certain. */
const WAY_MAX = seconds(10);
const TIMES_UNCERTAIN = 3;

/** Whether a message came live; a batch upload says nothing about a clock and is not corrected. */
export function cameLive({ sentAt, oldest, newest }: Omit<SendStamp, 'receivedAt'>): boolean {
  return Math.abs(sentAt - newest) <= FRESH_MAX && sentAt - oldest <= SPAN_MAX;
}

/**
 * The clock of one device by the lower envelope of its delays (DESIGN 4): whatever else holds a message up only adds, so the least delay is
 * the way and the clock alone. Uncertain is what the way may take, how far the lower quarter lies above the least, and half of how far the
 * newest does: after a clock was set the old envelope no longer counts.
 * @param stamps of live messages, in any order; the latest count. @returns undefined where too few came.
 */
export function readClock(stamps: readonly SendStamp[]): ClockReading | undefined {
  const delays = delaysOf(stamps);
  const newest = delays.at(-1);
  if (newest === undefined || delays.length < STAMPS_LEAST) return undefined;
  const sorted = [...delays].sort((a, b) => a - b);
  const [least = 0] = sorted;
  const quarter = sorted[Math.floor(sorted.length / 4)] ?? least;
  const uncertaintyMs = Math.round(Math.max(WAY_MAX, quarter - least, (newest - least) / 2));
  // Not minus nought.
  const offsetMs = Math.round(0 - least);
  return { offsetMs, uncertaintyMs, wrong: Math.abs(offsetMs) > TIMES_UNCERTAIN * uncertaintyMs };
}

/** The least delay of each half minute of arrivals, oldest first. */
function delaysOf(stamps: readonly SendStamp[]): readonly number[] {
  const buckets = new Map<number, number>();
  for (const { sentAt, receivedAt } of [...stamps].filter(cameLive).sort((a, b) => a.receivedAt - b.receivedAt)) {
    const bucket = Math.floor(receivedAt / BUCKET);
    buckets.set(bucket, Math.min(buckets.get(bucket) ?? Number.POSITIVE_INFINITY, receivedAt - sentAt));
  }
  return [...buckets.values()].slice(-STAMPS_USED);
}
