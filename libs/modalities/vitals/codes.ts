import type { Measure } from '@concord/core/clinical';

/** Codes of bedside signs, their canonical UCUM unit, and what a living adult can have. */

/** System and code of the recorded prescription of SpO2 scale 2; the timeline holds them joined, because LOINC has no such code. */
export const NEWS2_SYSTEM = 'https://concord.example/fhir/CodeSystem/news2';
export const SPO2_SCALE_2 = `${NEWS2_SYSTEM}#spo2-scale-2`;
export const CONSCIOUSNESS = '80288-4';
export const PREGNANCY = '82810-3';
/** Our own code: LOINC has no plain yes or no for "a machine breathes for this patient now". */
export const ICU_SYSTEM = 'https://concord.example/fhir/CodeSystem/icu';
export const VENTILATED = `${ICU_SYSTEM}#mechanical-ventilation`;

const PER_MINUTE = { '/min': [1, 0], '1/min': [1, 0], 'min-1': [1, 0], '/s': [60, 0], '1/s': [60, 0], Hz: [60, 0], '/h': [1 / 60, 0] } as const;
const PRESSURE = {
  'mm[Hg]': [1, 0],
  kPa: [7.500616827, 0],
  Pa: [0.007500616827, 0],
  hPa: [0.7500616827, 0],
  'cm[H2O]': [0.7355592, 0],
  bar: [750.0616827, 0],
} as const;
const PERCENT = { '%': [1, 0], '1': [100, 0] } as const;

/** Every sign that is stored as a number. The blood pressure panel arrives as its components. */
export const SIGNS: readonly Measure[] = [
  { code: '8867-4', name: 'Pulse', unit: '/min', shown: '/min', possible: [5, 350], decimals: 1, from: PER_MINUTE },
  { code: '9279-1', name: 'Respiration', unit: '/min', shown: '/min', possible: [0, 120], decimals: 1, from: PER_MINUTE },
  { code: '2708-6', name: 'SpO2', unit: '%', shown: '%', possible: [10, 100], decimals: 1, from: PERCENT },
  { code: '8480-6', name: 'Systolic pressure', unit: 'mm[Hg]', shown: 'mmHg', possible: [20, 350], decimals: 1, from: PRESSURE },
  { code: '8462-4', name: 'Diastolic pressure', unit: 'mm[Hg]', shown: 'mmHg', possible: [5, 300], decimals: 1, from: PRESSURE },
  {
    code: '8310-5',
    name: 'Temperature',
    unit: 'Cel',
    shown: '°C',
    possible: [20, 46],
    decimals: 2,
    from: { Cel: [1, 0], '[degF]': [5 / 9, -160 / 9], K: [1, -273.15] },
  },
  {
    code: '3151-8',
    name: 'Oxygen flow',
    unit: 'L/min',
    shown: 'L/min',
    possible: [0, 100],
    decimals: 2,
    from: { 'L/min': [1, 0], 'l/min': [1, 0], 'mL/min': [0.001, 0] },
  },
  { code: '3150-0', name: 'Inspired oxygen', unit: '%', shown: '%', possible: [16, 100], decimals: 1, from: PERCENT },
  { code: '8478-0', name: 'Mean pressure', unit: 'mm[Hg]', shown: 'mmHg', possible: [10, 320], decimals: 1, from: PRESSURE },
  { code: '9269-2', name: 'Glasgow coma score', unit: '{score}', shown: 'points', possible: [3, 15], decimals: 0, from: { '': [1, 0], '1': [1, 0] } },
  { code: '19891-1', name: 'End-tidal CO2', unit: 'mm[Hg]', shown: 'mmHg', possible: [2, 150], decimals: 1, from: PRESSURE },
  { code: '9187-6', name: 'Urine', unit: 'mL', shown: 'mL', possible: [0, 6000], decimals: 0, from: { mL: [1, 0], L: [1000, 0], dL: [100, 0] } },
  {
    code: '29463-7',
    name: 'Weight',
    unit: 'kg',
    shown: 'kg',
    possible: [20, 400],
    decimals: 1,
    from: { kg: [1, 0], g: [0.001, 0], '[lb_av]': [0.45359237, 0] },
  },
];

/** Codes that mean the same sign here. */
const SAME_AS: Readonly<Record<string, string>> = {
  '59408-5': '2708-6',
  '8889-8': '8867-4',
  '67775-7': CONSCIOUSNESS,
  // Arterial line and cuff are one pressure here: a bedside chart shows whichever is newest.
  '76215-3': '8480-6',
  '76534-7': '8480-6',
  '76213-8': '8462-4',
  '76535-4': '8462-4',
  '76214-6': '8478-0',
  '76536-2': '8478-0',
  '3141-9': '29463-7',
};

export function canonicalCode(code: string): string {
  return (Object.hasOwn(SAME_AS, code) ? SAME_AS[code] : undefined) ?? code;
}

export function signOf(code: string): Measure | undefined {
  return SIGNS.find((sign) => sign.code === code);
}

/** The signs that the encoder reads, in the order of its tokens. */
export const CHANNELS = ['8867-4', '9279-1', '2708-6', '8480-6', '8462-4', '8310-5'] as const;

/** What a model that reads tables is told, in the order of its channels. End-tidal CO2 is kept and shown; no set taught its weight. */
export const TABLE_CHANNELS = [...CHANNELS, '8478-0', '9269-2', '3150-0', '9187-6', VENTILATED, '29463-7'] as const;
