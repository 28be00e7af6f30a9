import { CORE_SIGNS, partialScore, type HourOfSigns } from './partial-score.ts';

/** At or above it in two consecutive hours: the event. */
export const EVENT_SCORE = 7;
/** At risk is who stands below it. */
export const AT_RISK_BELOW = 5;
/** Hours of observation before the first question. */
export const OBSERVED_HOURS = 6;
const CORE_MEASURED = 3;

/** One hour of a record at whose end the question is asked. */
export interface IndexHour {
  /** Row of the record, from 0. */
  readonly row: number;
  /** The event comes in (row, row + horizon]. */
  readonly label: boolean;
  /** Partial score at the end of the row, carried forward. */
  readonly score: number;
}

/** Each hour of a record with what was measured before it carried forward. */
export function carried(record: readonly HourOfSigns[]): readonly HourOfSigns[] {
  let known: HourOfSigns = {};
  return record.map((hour) => {
    known = { ...known, ...hour };
    return known;
  });
}

/** True for each hour that is an event hour: the second of two consecutive hours at or above seven, each with three of the four core signs measured. */
export function eventHours(record: readonly HourOfSigns[]): readonly boolean[] {
  const severe = carried(record).map((known, row) => partialScore(known) >= EVENT_SCORE && isMeasured(record[row]));
  return severe.map((now, row) => now && severe[row - 1] === true);
}

/**
 * The hours of an hourly record at which the question may be asked: six hours observed, score below five, and the whole
 * window (row, row + horizon] inside the record.
 * @param record consecutive hours; a sign that was not measured in an hour is left out.
 */
export function indexHours(record: readonly HourOfSigns[], horizonHours: number): readonly IndexHour[] {
  const events = eventHours(record);
  const found: IndexHour[] = [];
  carried(record).forEach((known, row) => {
    const score = partialScore(known);
    if (row + 1 < OBSERVED_HOURS || score >= AT_RISK_BELOW || row + horizonHours >= record.length) return;
    found.push({ row, score, label: events.slice(row + 1, row + horizonHours + 1).includes(true) });
  });
  return found;
}

function isMeasured(hour: HourOfSigns | undefined): boolean {
  return hour !== undefined && CORE_SIGNS.filter((sign) => hour[sign] !== undefined).length >= CORE_MEASURED;
}
