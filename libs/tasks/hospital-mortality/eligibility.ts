import { ageYears, type Abstention, type Eligibility, type ModalityKind, type PatientTimeline } from '@concord/core/clinical';
import { hours, instant, minus, since, type Instant } from '@concord/core/kernel';

export const VITALS = 'vitals' as ModalityKind;
export const LABS = 'labs' as ModalityKind;
const YOUNGEST_YEARS = 18;
/** The question is asked once: from hour 48 of intensive care, for an hour, so that an hourly round meets it. */
export const ASKED_AT_HOUR = 48;
const ASKED_FOR = hours(1);

/** Adults at hour 48 of intensive care. Earlier landmarks would describe only those who will still be there at hour 48. */
export function eligibility(known: PatientTimeline, at: Instant): Eligibility {
  const age = ageYears(known.demographics.at(-1)?.value, at);
  if (age !== undefined && age < YOUNGEST_YEARS) return refused('outside-population', 'No score: the model was made for adults.');
  const stay = known.stays.at(-1)?.value;
  if (stay?.setting !== 'icu') return refused('outside-population', 'No score: made for intensive care.');
  const inUnit = since(stay.start, at);
  if (inUnit < hours(ASKED_AT_HOUR)) return refused('outside-population', `No score: asked at hour ${ASKED_AT_HOUR} of intensive care, not before.`);
  if (inUnit >= hours(ASKED_AT_HOUR) + ASKED_FOR)
    return refused('outside-population', `No score: asked at hour ${ASKED_AT_HOUR} of intensive care, not later.`);
  if (known.streams.get(VITALS) === undefined) return refused('too-little-data', 'No score: no vital signs yet.');
  return { kind: 'eligible' };
}

/**
 * The newest reading of what the question reads, at most an hour back. While nothing new was measured, a window that moved on with the
 * clock would drop the first readings of the stay and move the score.
 */
export function countedFrom(known: PatientTimeline, at: Instant): Instant {
  const newest = [VITALS, LABS].map((kind) => known.streams.get(kind)?.observations.at(-1)?.effectiveAt ?? minus(at, ASKED_FOR));
  return instant(Math.max(minus(at, ASKED_FOR), ...newest));
}

function refused(reason: Abstention['reason'], text: string): Eligibility {
  return { kind: 'refused', abstention: { reason, text } };
}
