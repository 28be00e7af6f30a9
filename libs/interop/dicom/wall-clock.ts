import { instant, type Instant } from '@concord/core/kernel';
import type { Attributes } from './dataset.ts';

/** When a file says the image was taken, as the clock on the wall showed it. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** From the value itself or (0008,0201); absent when only the site's zone can tell. */
  readonly minutesEast?: number;
}

export type ImageTime =
  | { readonly kind: 'known'; readonly at: Instant }
  /** No date at all, or one that no calendar has. */
  | { readonly kind: 'impossible' }
  /** The hour that daylight saving repeats or leaves out, and nothing in the file says which. */
  | { readonly kind: 'ambiguous' };

const DATE_TIME = 0x0008002a;
/** Date and time of acquisition, content, series, study: the first that is there. */
const PAIRS = [
  [0x00080022, 0x00080032],
  [0x00080023, 0x00080033],
  [0x00080021, 0x00080031],
  [0x00080020, 0x00080030],
] as const;

/**
 * The moment the image shows: acquisition time in (0008,0201), else in the zone of the source. A date without a time counts
 * from its first minute, so that the image seems older, never fresher, than it is.
 * @param zone IANA name of the source's zone.
 */
export function imageTime(attributes: Attributes, zone: string): ImageTime {
  const clock = wallClock(attributes);
  if (clock === undefined) return { kind: 'impossible' };
  const utc = Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second, clock.millisecond);
  if (new Date(utc).getUTCDate() !== clock.day) return { kind: 'impossible' };
  if (clock.minutesEast !== undefined) return { kind: 'known', at: instant(utc - clock.minutesEast * 60_000) };
  return inZone(utc, zone);
}

function wallClock(attributes: Attributes): WallClock | undefined {
  const east = minutesEast(attributes.text(0x00080201));
  const whole = attributes.text(DATE_TIME);
  const fromWhole =
    whole === undefined ? undefined : parse(whole.slice(0, 8), whole.slice(8).replace(/[+-]\d{4}$/, ''), minutesEast(/[+-]\d{4}$/.exec(whole)?.[0]) ?? east);
  if (fromWhole) return fromWhole;
  for (const [date, time] of PAIRS) {
    const found = parse(attributes.text(date), attributes.text(time), east);
    if (found) return found;
  }
  return undefined;
}

function parse(date: string | undefined, time: string | undefined, east: number | undefined): WallClock | undefined {
  const day = /^(\d{4})\.?(0[1-9]|1[0-2])\.?(\d\d)$/.exec(date ?? '');
  const clock = /^(?:([01]\d|2[0-3]):?([0-5]\d)?:?([0-5]\d|60)?(?:\.(\d{1,6}))?)?$/.exec(time ?? '');
  if (!day || !clock) return undefined;
  const [year, month, dayOfMonth] = day.slice(1).map(Number);
  const [hour, minute, second] = [clock[1], clock[2], clock[3]].map((part) => Number(part ?? 0));
  const millisecond = Number((clock[4] ?? '0').padEnd(3, '0').slice(0, 3));
  const written = { year, month, day: dayOfMonth, hour, minute, second, millisecond };
  return isWhole(written) ? { ...written, ...(east !== undefined && { minutesEast: east }) } : undefined;
}

function isWhole(written: { readonly [part in keyof Omit<WallClock, 'minutesEast'>]: number | undefined }): written is Omit<WallClock, 'minutesEast'> {
  return Object.values(written).every((part) => part !== undefined);
}

/** (0008,0201) `+0100`; PS3.3 C.12.1.1.8 bounds it to −1200 … +1400. */
function minutesEast(text: string | undefined): number | undefined {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(text ?? '');
  if (!match) return undefined;
  const size = Number(match[2]) * 60 + Number(match[3]);
  return Number(match[3]) < 60 && size <= 14 * 60 ? (match[1] === '-' ? -size : size) : undefined;
}

const HOUR = 3_600_000;

/** Every moment within a day whose clock on that wall reads `utc`: one as a rule, two or none when the clocks change. */
function inZone(utc: number, zone: string): ImageTime {
  const offsets = new Set([-24, 0, 24].map((hours) => offsetAt(utc + hours * HOUR, zone)));
  const moments = [...offsets].map((offset) => utc - offset).filter((moment) => moment + offsetAt(moment, zone) === utc);
  const [only, second] = moments;
  return only === undefined || second !== undefined ? { kind: 'ambiguous' } : { kind: 'known', at: instant(only) };
}

function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(value('year'), value('month') - 1, value('day'), value('hour'), value('minute'), value('second'));
  return wall - Math.floor(moment / 1000) * 1000;
}
