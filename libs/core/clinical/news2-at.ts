import type { Instant, Milliseconds } from '../kernel/index.ts';
import { days } from '../kernel/index.ts';
import { hasSingleThree, news2Band, news2Points, news2Sum, type News2Points, type SpO2Scale } from './news2-points.ts';
import { NEWS2_FRESH_FOR, NEWS2_PARAMETERS, type Consciousness, type News2, type News2Parameter, type News2Part, type News2Readings } from './news2.ts';
import type { Reading } from './stored.ts';
import { ageYears, type Demographics, type Observation, type PatientTimeline } from './timeline.ts';

/** Codes that NEWS2 reads, in the canonical form that a timeline holds: LOINC, and our own where LOINC has none. */
export const NEWS2_CODES = {
  respiration: '9279-1',
  spo2: '2708-6',
  oxygenFlow: '3151-8',
  oxygenConcentration: '3150-0',
  systolic: '8480-6',
  pulse: '8867-4',
  consciousness: '80288-4',
  temperature: '8310-5',
  spo2Scale2: 'https://concord.example/fhir/CodeSystem/news2#spo2-scale-2',
  pregnancy: '82810-3',
} as const;

export interface News2Options {
  /** How long a reading counts, per parameter; a site may set each. */
  readonly freshFor?: Readonly<Record<News2Parameter, Milliseconds>>;
}

/** Room air: 21 % oxygen. */
const AIR_PERCENT = 21;
/** A pregnancy that was recorded longer ago than this has ended. */
const LONGEST_PREGNANCY = days(300);
const YOUNGEST_YEARS = 16;
/** LOINC answer "Pregnant", and the plain forms that doors write. */
const PREGNANT: ReadonlySet<string> = new Set(['true', 'pregnant', 'LA15173-0']);

interface Found {
  readonly readings: News2Readings;
  readonly times: Readonly<Partial<Record<News2Parameter, Instant>>>;
}

/**
 * NEWS2 from the newest readings of what was known at `at`. Total and band only when all seven are fresh; else the
 * points of the fresh ones are a lower bound. Under 16 years and in pregnancy it does not apply. A patient without any
 * birth date is scored: on an adult ward, leaving out a NEWS2 does more harm.
 * @param known the timeline as of `at` (see `asOf`).
 */
export function news2At(known: PatientTimeline, at: Instant, { freshFor = NEWS2_FRESH_FOR }: News2Options = {}): News2 {
  const newest = newestReadings(known, at);
  const found = readingsOf(newest);
  const fresh = freshOnly(found, at, freshFor);
  const points = news2Points(fresh, scaleOf(newest));
  if (isTooYoung(known.demographics, at) || isPregnant(newest, at)) return notApplicable(found, fresh);
  return scored(found, fresh, points);
}

function scored(found: Found, fresh: News2Readings, points: News2Points): News2 {
  const atLeast = news2Sum(points);
  const measured = countOf(fresh);
  const singleThree = hasSingleThree(points);
  const total = measured === NEWS2_PARAMETERS.length ? atLeast : null;
  return {
    total,
    atLeast,
    measured,
    of: 7,
    band: total === null ? null : news2Band(total, singleThree),
    singleThree,
    applies: true,
    parts: partsOf(found, fresh, points),
  };
}

function notApplicable(found: Found, fresh: News2Readings): News2 {
  return {
    total: null,
    atLeast: 0,
    measured: countOf(fresh),
    of: 7,
    band: null,
    singleThree: false,
    applies: false,
    parts: partsOf(found, fresh, {}),
  };
}

function partsOf(found: Found, fresh: News2Readings, points: News2Points): readonly News2Part[] {
  return NEWS2_PARAMETERS.map((parameter) => {
    const effectiveAt = found.times[parameter];
    if (effectiveAt === undefined) return { parameter, state: 'missing', points: null };
    return { parameter, state: fresh[parameter] === undefined ? 'stale' : 'fresh', points: points[parameter] ?? null, effectiveAt };
  });
}

function countOf(fresh: News2Readings): number {
  return NEWS2_PARAMETERS.filter((parameter) => fresh[parameter] !== undefined).length;
}

function freshOnly({ readings, times }: Found, at: Instant, freshFor: Readonly<Record<News2Parameter, Milliseconds>>): News2Readings {
  const isFresh = (parameter: News2Parameter): boolean => {
    const taken = times[parameter];
    return taken !== undefined && at - taken <= freshFor[parameter];
  };
  return Object.fromEntries(Object.entries(readings).filter(([parameter]) => NEWS2_PARAMETERS.some((known) => known === parameter && isFresh(known))));
}

type Newest = ReadonlyMap<string, Observation<Reading>>;

/** The newest reading of each code that NEWS2 reads, whichever modality's stream holds it. */
function newestReadings(known: PatientTimeline, at: Instant): Newest {
  const wanted: ReadonlySet<string> = new Set(Object.values(NEWS2_CODES));
  const newest = new Map<string, Observation<Reading>>();
  for (const { observations } of known.streams.values()) {
    for (const observation of observations) {
      if (!isReading(observation) || !wanted.has(observation.value.code) || observation.effectiveAt > at) continue;
      const before = newest.get(observation.value.code);
      if (before === undefined || observation.effectiveAt >= before.effectiveAt) newest.set(observation.value.code, observation);
    }
  }
  return newest;
}

function isReading(observation: Observation): observation is Observation<Reading> {
  const { value } = observation;
  return typeof value === 'object' && value !== null && 'code' in value && 'device' in value && ('number' in value || 'text' in value);
}

function readingsOf(newest: Newest): Found {
  const readings: { -readonly [K in keyof News2Readings]: News2Readings[K] } = {};
  const times: { -readonly [K in keyof Found['times']]: Found['times'][K] } = {};
  for (const parameter of ['respiration', 'spo2', 'systolic', 'pulse', 'temperature'] as const) {
    const observation = newest.get(NEWS2_CODES[parameter]);
    if (observation?.value.number === undefined) continue;
    readings[parameter] = observation.value.number;
    times[parameter] = observation.effectiveAt;
  }
  const consciousness = newest.get(NEWS2_CODES.consciousness);
  if (consciousness !== undefined && isConsciousness(consciousness.value.text)) {
    readings.consciousness = consciousness.value.text;
    times.consciousness = consciousness.effectiveAt;
  }
  const oxygen = oxygenOf(newest);
  if (oxygen !== undefined) {
    readings.oxygen = oxygen.given;
    times.oxygen = oxygen.effectiveAt;
  }
  return { readings, times };
}

function isConsciousness(text: string | undefined): text is Consciousness {
  return text === 'A' || text === 'C' || text === 'V' || text === 'P' || text === 'U';
}

/** The newest of flow and concentration decides; at the same moment oxygen is given if either says so. */
function oxygenOf(newest: Newest): { readonly given: boolean; readonly effectiveAt: Instant } | undefined {
  const says = [
    { observation: newest.get(NEWS2_CODES.oxygenFlow), above: 0 },
    { observation: newest.get(NEWS2_CODES.oxygenConcentration), above: AIR_PERCENT },
  ].flatMap(({ observation, above }) =>
    observation?.value.number === undefined ? [] : [{ given: observation.value.number > above, effectiveAt: observation.effectiveAt }],
  );
  const latest = Math.max(...says.map(({ effectiveAt }) => effectiveAt));
  const last = says.filter(({ effectiveAt }) => effectiveAt === latest);
  return last.find(({ given }) => given) ?? last[0];
}

/** A prescription of scale 2 holds until it is replaced; without one it is scale 1. */
function scaleOf(newest: Newest): SpO2Scale {
  return newest.get(NEWS2_CODES.spo2Scale2)?.value.text === 'true' ? 2 : 1;
}

function isPregnant(newest: Newest, at: Instant): boolean {
  const observation = newest.get(NEWS2_CODES.pregnancy);
  return observation !== undefined && PREGNANT.has(observation.value.text ?? '') && at - observation.effectiveAt <= LONGEST_PREGNANCY;
}

/** With only a year or a month of birth, the youngest that the patient can be. */
function isTooYoung(demographics: readonly Observation<Demographics>[], at: Instant): boolean {
  const newest = demographics.at(-1)?.value;
  const birthDate = newest?.birthDate;
  if (newest === undefined || birthDate === undefined) return false;
  const latestBirth = /^\d{4}$/.test(birthDate) ? `${birthDate}-12-31` : /^\d{4}-\d\d$/.test(birthDate) ? `${birthDate}-28` : birthDate;
  const age = ageYears({ ...newest, birthDate: latestBirth }, at);
  return age !== undefined && age < YOUNGEST_YEARS;
}
