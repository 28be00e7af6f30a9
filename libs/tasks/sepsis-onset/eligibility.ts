import { ageYears, type Abstention, type Eligibility, type ModalityKind, type PatientTimeline } from '@concord/core/clinical';
import { hours, since, type Instant } from '@concord/core/kernel';
import { LAST_ICU_HOUR } from './outcome.ts';

export const VITALS = 'vitals' as ModalityKind;
const YOUNGEST_YEARS = 18;

/** Adults in the first 48 hours of a stay, of whom a vital sign is known. */
export function eligibility(known: PatientTimeline, at: Instant): Eligibility {
  const age = ageYears(known.demographics.at(-1)?.value, at);
  if (age !== undefined && age < YOUNGEST_YEARS) return refused('outside-population', 'No score: the model was made for adults.');
  const start = known.stays.at(-1)?.value.start;
  if (start === undefined) return refused('outside-population', 'No score: no admission is known.');
  if (since(start, at) > hours(LAST_ICU_HOUR)) return refused('outside-population', `No score: made for the first ${LAST_ICU_HOUR} hours of a stay.`);
  if (known.streams.get(VITALS) === undefined) return refused('too-little-data', 'No score: no vital signs yet.');
  return { kind: 'eligible' };
}

function refused(reason: Abstention['reason'], text: string): Eligibility {
  return { kind: 'refused', abstention: { reason, text } };
}
