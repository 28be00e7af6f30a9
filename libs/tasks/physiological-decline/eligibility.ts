import { ageYears, type Abstention, type Eligibility, type ModalityKind, type Observation, type PatientTimeline, type Reading } from '@concord/core/clinical';
import { hours, since, type Instant, type Milliseconds } from '@concord/core/kernel';
import { AT_RISK_BELOW, OBSERVED_HOURS } from './outcome.ts';
import { CORE_SIGNS, partialScore, type HourOfSigns, type Sign } from './partial-score.ts';

export const VITALS = 'vitals' as ModalityKind;
const YOUNGEST_YEARS = 18;
/** Signs older than this are not part of what the model sees. */
const WINDOW = hours(24);
/** A first reading within this time of admission: the patient was observed from admission. */
const SETTLING = hours(2);
const CORE_NEEDED = 3;

const LOINC_OF: Readonly<Record<Sign, string>> = {
  respiration: '9279-1',
  spo2: '2708-6',
  systolic: '8480-6',
  pulse: '8867-4',
  temperature: '8310-5',
};

/** Adults, observed for six hours, with three of the four core signs in the last day, whose partial score is below five. */
export function eligibility(known: PatientTimeline, at: Instant): Eligibility {
  const age = ageYears(known.demographics.at(-1)?.value, at);
  if (age !== undefined && age < YOUNGEST_YEARS) return refused({ reason: 'outside-population', text: 'No score: the model was made for adults.' });
  const readings = signsOf(known);
  if (readings.length === 0) return refused({ reason: 'too-little-data', text: 'No score: no vital signs yet.' });
  if (observedFor(known, readings, at) < hours(OBSERVED_HOURS)) {
    return refused({ reason: 'too-little-data', text: `No score: observed for less than ${OBSERVED_HOURS} hours.` });
  }
  const recent = newestSigns(readings.filter(({ effectiveAt }) => since(effectiveAt, at) < WINDOW));
  if (CORE_SIGNS.filter((sign) => recent[sign] !== undefined).length < CORE_NEEDED) {
    return refused({ reason: 'too-little-data', text: 'No score: fewer than three of respiration, SpO2, systolic pressure and pulse in 24 hours.' });
  }
  if (partialScore(newestSigns(readings)) >= AT_RISK_BELOW) {
    return refused({ reason: 'outside-population', text: `No score: signs already score ${AT_RISK_BELOW} or more; see NEWS2.` });
  }
  return { kind: 'eligible' };
}

function refused(abstention: Abstention): Eligibility {
  return { kind: 'refused', abstention };
}

type SignReading = Observation<Reading> & { readonly value: { readonly number: number } };

function signsOf(known: PatientTimeline): readonly SignReading[] {
  return (known.streams.get(VITALS)?.observations ?? []).filter(isSign);
}

const CODES: ReadonlySet<string> = new Set(Object.values(LOINC_OF));

function isSign(observation: Observation): observation is SignReading {
  const { value } = observation;
  if (typeof value !== 'object' || value === null || !('code' in value) || !('number' in value)) return false;
  return typeof value.code === 'string' && CODES.has(value.code) && typeof value.number === 'number';
}

/** From the first reading, or from admission when the first reading followed it closely. */
function observedFor(known: PatientTimeline, readings: readonly SignReading[], at: Instant): Milliseconds {
  const first = readings[0]?.effectiveAt ?? at;
  const admitted = known.stays.map(({ value }) => value.start).filter((start) => start <= first && since(start, first) <= SETTLING);
  return since(Math.min(first, ...admitted) as Instant, at);
}

/** The newest value of each sign, carried forward. */
function newestSigns(readings: readonly SignReading[]): HourOfSigns {
  return Object.fromEntries(
    Object.entries(LOINC_OF).flatMap(([sign, code]) => {
      const newest = readings.findLast(({ value }) => value.code === code);
      return newest === undefined ? [] : [[sign, newest.value.number]];
    }),
  );
}
