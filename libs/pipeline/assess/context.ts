import { ageYears, type PatientTimeline } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';

/** What is known of a patient before any modality speaks: columns of every table, present in every coalition. */
export const CONTEXT_COLUMNS = ['context/age', 'context/male'] as const;

/** @returns age in completed years and 1 for a man, 0 for a woman; NaN where it is not recorded. */
export function contextRow(known: PatientTimeline, at: Instant): Float32Array {
  const person = known.demographics.at(-1)?.value;
  const male = person?.sex === 'male' ? 1 : person?.sex === 'female' ? 0 : Number.NaN;
  return Float32Array.of(ageYears(person, at) ?? Number.NaN, male);
}
