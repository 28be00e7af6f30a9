import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hours, instant, plus, seededRng } from '@concord/core/kernel';
import { CONDITIONS, labValues, severityAt, signsAt, type LatentPlan } from '@concord/generator';
import { made, packed, text, type SampleFolder, type SampleWish } from './sample-cut.ts';

/** Columns of the 2019 set that an invented patient has, after the number of the patient. */
const HOURLY = ['HR', 'O2Sat', 'Temp', 'SBP', 'MAP', 'DBP', 'Resp'] as const;
/** LOINC of an invented blood draw, its name in the sets of 2019 and 2012. */
const ANALYTES: Readonly<Record<string, readonly [of2019: string, of2012: string | undefined]>> = {
  '2524-7': ['Lactate', 'Lactate'],
  '2160-0': ['Creatinine', 'Creatinine'],
  '3094-0': ['BUN', 'BUN'],
  '6690-2': ['WBC', 'WBC'],
  '777-3': ['Platelets', 'Platelets'],
  '2823-3': ['Potassium', 'K'],
  '1963-8': ['HCO3', 'HCO3'],
  '2345-7': ['Glucose', 'Glucose'],
  '1975-2': ['Bilirubin_total', 'Bilirubin'],
  '2744-1': ['pH', 'pH'],
};
/** Columns that the reader of the 2019 set asks for and nobody invents. */
const EMPTY = [
  'EtCO2',
  'FiO2',
  'BaseExcess',
  'PaCO2',
  'SaO2',
  'AST',
  'Alkalinephos',
  'Calcium',
  'Chloride',
  'Bilirubin_direct',
  'Magnesium',
  'Phosphate',
  'TroponinI',
  'Hct',
  'Hgb',
  'PTT',
  'Fibrinogen',
];
const HEAD = ['patient_id', ...HOURLY, ...Object.values(ANALYTES).map(([name]) => name), ...EMPTY, 'Age', 'Gender', 'HospAdmTime', 'ICULOS', 'SepsisLabel'];
const BLOOD_EVERY = 6;
/** Hours before the worst at which an invented patient's sepsis begins; the set's label turns six hours earlier. */
const LABEL_LEAD = 6;
const DAY = 24;
const BEGIN = instant(Date.UTC(2001, 0, 1));

interface Invented {
  readonly number: number;
  readonly plan: LatentPlan;
  readonly age: number;
  readonly male: 0 | 1;
  readonly stay: number;
  /** Hour at which the patient is worst. */
  readonly turn: number;
  readonly declines: boolean;
  /** Whether blood is drawn: one in five has signs alone. */
  readonly bled: boolean;
}

/** Every third declines at some hour of the stay; the same seed gives the same patients. */
function invented({ patients, seed }: SampleWish): readonly Invented[] {
  const rng = seededRng(`lab-sample-${seed}`);
  return Array.from({ length: patients }, (_, index) => {
    const declines = index % 3 === 0;
    const stay = 30 + Math.floor(rng.next() * 19);
    const turn = 14 + Math.floor(rng.next() * (stay - 18));
    const plan: LatentPlan = {
      seed: seed * 10_000 + index,
      condition: declines ? 'sepsis' : (CONDITIONS[Math.floor(rng.next() * CONDITIONS.length)] ?? 'pneumonia'),
      course: declines ? 'slow-decline' : 'stable',
      rest: declines ? 0.15 + 0.1 * rng.next() : 0.4 * rng.next(),
      peak: declines ? 0.85 + 0.15 * rng.next() : 0.4,
      turn: [-8, 0],
      anchor: plus(BEGIN, hours(turn)),
    };
    return {
      number: 900_000 + index,
      plan,
      age: 30 + Math.floor(rng.next() * 55),
      male: rng.next() < 0.5 ? 0 : 1,
      stay,
      turn,
      declines,
      bled: index % 5 !== 4,
    };
  });
}

/** Hours of invented patients in the format of the 2019 set. */
export function inventHours(wish: SampleWish): SampleFolder {
  const people = invented(wish);
  packed(join(made(wish.out), 'vitals_hourly.csv.gz'), [HEAD.join(','), ...people.flatMap(hoursOf)]);
  return { folder: wish.out, origin: 'invented', patients: people.length };
}

function hoursOf(person: Invented): readonly string[] {
  const rng = seededRng(`hours-${person.plan.seed}`);
  return Array.from({ length: person.stay }, (_, row) => {
    const at = plus(BEGIN, hours(row));
    const { heartRate, spo2, temperature, systolic, diastolic, respiration } = signsAt(person.plan, at);
    const signs = [heartRate, spo2, temperature, systolic, diastolic + (systolic - diastolic) / 3, diastolic, respiration].map((value) =>
      rng.next() < 0.12 ? '' : value.toFixed(1),
    );
    const blood = new Map(
      person.bled && row % BLOOD_EVERY === 2 ? labValues({ severity: severityAt(person.plan, at), rng }).map(({ code, value }) => [code, value]) : [],
    );
    const cells = Object.keys(ANALYTES).map((code) => String(blood.get(code) ?? ''));
    const septic = person.declines && row >= person.turn - LABEL_LEAD;
    return [`p${person.number}`, ...signs, ...cells, ...EMPTY.map(() => ''), person.age, person.male, -6, row + 1, Number(septic)].join(',');
  });
}

/** Stays of invented patients in the format of the 2012 sets: who declines dies, one in ten of the others too. */
export function inventStays(wish: SampleWish): SampleFolder {
  const people = invented(wish);
  made(wish.out);
  for (const [set, parity] of [
    ['a', 0],
    ['b', 1],
  ] as const) {
    const own = people.filter(({ number }) => (number >> 1) % 2 === parity);
    packed(join(wish.out, `events_set_${set}.csv.gz`), ['record_id,minute,parameter,value', ...own.flatMap(eventsOf)]);
    writeFileSync(
      join(wish.out, `outcomes_set_${set}.csv`),
      text(['RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death', ...own.map((person) => `${person.number},-1,-1,-1,-1,${Number(dies(person))}`)]),
    );
  }
  return { folder: wish.out, origin: 'invented', patients: people.length };
}

const dies = ({ declines, number }: Invented): boolean => declines || number % 10 === 7;

function eventsOf(person: Invented): readonly string[] {
  const rng = seededRng(`events-${person.plan.seed}`);
  const said: readonly (readonly [number, string, number])[] = [
    [0, 'Age', person.age],
    [0, 'Gender', person.male],
    ...Array.from({ length: 2 * DAY }, (_, hour) => hour).flatMap((hour) => measured(person, hour, rng)),
  ];
  return said.map(([minute, name, value]) => `${person.number},${minute},${name},${value}`);
}

function measured({ plan, bled }: Invented, hour: number, rng: ReturnType<typeof seededRng>): readonly (readonly [number, string, number])[] {
  const at = plus(BEGIN, hours(hour));
  const signs = signsAt(plan, at);
  const one = (value: number): number => Number(value.toFixed(1));
  const blood = bled && hour % BLOOD_EVERY === 2 ? labValues({ severity: severityAt(plan, at), rng }) : [];
  return [
    [hour * 60, 'HR', one(signs.heartRate)],
    [hour * 60, 'NISysABP', one(signs.systolic)],
    [hour * 60, 'NIDiasABP', one(signs.diastolic)],
    [hour * 60, 'Temp', one(signs.temperature)],
    [hour * 60, 'RespRate', one(signs.respiration)],
    ...blood.flatMap(({ code, value }): readonly (readonly [number, string, number])[] => {
      const name = ANALYTES[code]?.[1];
      return name === undefined ? [] : [[hour * 60 + 30, name, value]];
    }),
  ];
}

/** Days of invented people with a watch: each has a level of their own and days around it. */
export function inventWearables(wish: SampleWish): SampleFolder {
  const rng = seededRng(`wearables-${wish.seed}`);
  const [heart, days] = [['user_code,rr_code,measurement_datetime,time_of_day,bpm,meanrr,mxdmn,sdnn'], ['user_code,day,resting_pulse,steps_count']];
  for (let person = 0; person < wish.patients; person += 1) {
    const code = `lab${String(person).padStart(7, '0')}`;
    const [variability, pulse, steps] = [30 + 50 * rng.next(), 50 + 25 * rng.next(), 2_000 + 9_000 * rng.next()];
    for (let day = 1; day <= 28; day += 1) {
      const date = `2020-04-${String(day).padStart(2, '0')}`;
      heart.push(`${code},${code}-${day},${date} 07:30:00,morning,,,,${(variability * (0.8 + 0.4 * rng.next())).toFixed(3)}`);
      days.push(`${code},${date},${rng.next() < 0.2 ? '' : Math.round(pulse + 6 * rng.next())},${Math.round(steps * (0.6 + 0.8 * rng.next()))}`);
    }
  }
  made(wish.out);
  writeFileSync(join(wish.out, 'hrv_measurements.csv'), text(heart));
  writeFileSync(join(wish.out, 'wearables.csv'), text(days));
  return { folder: wish.out, origin: 'invented', patients: wish.patients };
}
