import type { Brand } from './brand.ts';
import { err, ok, type Result } from './result.ts';

/** A moment: milliseconds since 1970-01-01T00:00Z. */
export type Instant = Brand<number, 'Instant'>;
/** A span of time in milliseconds. */
export type Milliseconds = Brand<number, 'Milliseconds'>;

export type InstantError = { readonly kind: 'not-an-instant' } | { readonly kind: 'no-offset' } | { readonly kind: 'no-such-time' };

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?$/;

/** @throws when the number is not a finite moment. */
export function instant(epochMs: number): Instant {
  if (!Number.isFinite(epochMs)) throw new RangeError('not a moment');
  return epochMs as Instant;
}

/**
 * Reads an ISO 8601 date-time with an offset. A time without an offset is refused: guessing the zone of a vital sign
 * moves it by hours. Days and hours that do not exist (30 February, 25:00) are refused, not rolled over.
 */
export function parseInstant(text: string): Result<Instant, InstantError> {
  const match = ISO.exec(text);
  if (!match) return err({ kind: 'not-an-instant' });
  const offset = match[8];
  if (offset === undefined) return err({ kind: 'no-offset' });
  const wall = wallClock(match);
  const minutesEast = offset === 'Z' ? 0 : offsetMinutes(offset);
  if (wall === undefined || minutesEast === undefined) return err({ kind: 'no-such-time' });
  return ok(instant(wall - minutesEast * 60_000));
}

/** The written date and time read as if it were UTC, or undefined when the calendar or the clock has no such time. */
function wallClock(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour, minute, second = '00', fraction = ''] = match;
  const written = `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const moment = Date.parse(written);
  // Date rolls 30 February over to March and takes 24:00; a time that reads back differently was never one.
  return Number.isNaN(moment) || new Date(moment).toISOString() !== written ? undefined : moment;
}

function offsetMinutes(offset: string): number | undefined {
  const [hours = 99, minutes = 99] = offset.slice(1).split(':').map(Number);
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** ISO 8601 in UTC with milliseconds. */
export function toIso(moment: Instant): string {
  return new Date(moment).toISOString();
}

export function plus(moment: Instant, span: Milliseconds): Instant {
  return instant(moment + span);
}

export function minus(moment: Instant, span: Milliseconds): Instant {
  return instant(moment - span);
}

/** How long after `earlier` the moment `later` is; negative when it is before. */
export function since(earlier: Instant, later: Instant): Milliseconds {
  return (later - earlier) as Milliseconds;
}

export function seconds(count: number): Milliseconds {
  return (count * 1000) as Milliseconds;
}

export function minutes(count: number): Milliseconds {
  return (count * 60_000) as Milliseconds;
}

export function hours(count: number): Milliseconds {
  return (count * 3_600_000) as Milliseconds;
}

export function days(count: number): Milliseconds {
  return (count * 86_400_000) as Milliseconds;
}

/** The earlier of two moments. */
export function earlierOf(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

/** The later of two moments. */
export function laterOf(a: Instant, b: Instant): Instant {
  return a < b ? b : a;
}
