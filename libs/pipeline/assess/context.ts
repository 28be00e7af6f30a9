import { ageYears, type PatientTimeline, type Stay } from '@concord/core/clinical';
import { hours, since, type Instant } from '@concord/core/kernel';

/** What is known of a patient before any modality speaks: columns of every table, present in every coalition. */
export const CONTEXT_COLUMNS = ['context/age', 'context/male', 'context/hours-before'] as const;

/** A stay that ended longer ago than this belongs to another admission. */
const SAME_ADMISSION = hours(24);
/** Longer waits teach nothing more. */
const HOURS_BEFORE_MOST = 720;

/**
 * @returns age in completed years, 1 for a man and 0 for a woman, and hours in hospital before the present stay began (0 when
 * no earlier stay of the same admission is known, at most 720); NaN where it is not recorded. None of them grows with the
 * length of the record.
 */
export function contextRow(known: PatientTimeline, at: Instant): Float32Array {
  const person = known.demographics.at(-1)?.value;
  const male = person?.sex === 'male' ? 1 : person?.sex === 'female' ? 0 : Number.NaN;
  return Float32Array.of(ageYears(person, at) ?? Number.NaN, male, hoursBefore(known.stays.map(({ value }) => value)));
}

/** From the beginning of the unbroken run of stays that leads to the present one. */
function hoursBefore(stays: readonly Stay[]): number {
  const real = stays.filter(({ status }) => status !== 'cancelled' && status !== 'entered-in-error' && status !== 'planned');
  const present = real.at(-1);
  if (present === undefined) return Number.NaN;
  let first = present.start;
  for (const { start, end } of real.toReversed()) {
    if (start < first && (end === undefined || since(end, first) <= SAME_ADMISSION)) first = start;
  }
  return Math.min(HOURS_BEFORE_MOST, since(first, present.start) / hours(1));
}
