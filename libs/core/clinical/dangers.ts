import { news2Points, type PartialNews2Readings } from './news2-points.ts';

/** A sign or lab that a bedside calls a danger whatever else is known. */
export interface Danger {
  /** LOINC. */
  readonly code: string;
  readonly name: string;
  /** The points that it alone is given. */
  readonly points: string;
  /** @param value in the canonical unit of its code. */
  readonly when: (value: number) => boolean;
}

/** The chart's most points for one sign, on either SpO2 scale: 88 % is where a patient on scale 2 belongs. */
function worst(sign: keyof PartialNews2Readings): (value: number) => boolean {
  return (value) => ([1, 2] as const).every((scale) => news2Points({ [sign]: value }, scale)[sign] === 3);
}

const NEWS2 = 'NEWS2 3';
const SOFA = 'SOFA 3 or more';
const APACHE = 'APACHE II 3 or more';

/**
 * Sources: NEWS2 chart, Royal College of Physicians 2017; SOFA, Vincent 1996; APACHE II, Knaus 1985; lactate, Surviving Sepsis Campaign 2021.
 */
export const DANGERS: readonly Danger[] = [
  { code: '9279-1', name: 'respiration 25 /min or more, 8 or less', points: NEWS2, when: worst('respiration') },
  { code: '2708-6', name: 'SpO2 83 % or less', points: NEWS2, when: worst('spo2') },
  { code: '8480-6', name: 'systolic 90 mmHg or less, 220 or more', points: NEWS2, when: worst('systolic') },
  { code: '8867-4', name: 'pulse 131 /min or more, 40 or less', points: NEWS2, when: worst('pulse') },
  { code: '8310-5', name: 'temperature 35 °C or less', points: NEWS2, when: worst('temperature') },
  { code: '9269-2', name: 'Glasgow score below 10', points: SOFA, when: (value) => value < 10 },
  { code: '2160-0', name: 'creatinine 3.5 mg/dL or more', points: SOFA, when: (value) => value >= 3.5 },
  { code: '1975-2', name: 'bilirubin 6 mg/dL or more', points: SOFA, when: (value) => value >= 6 },
  { code: '777-3', name: 'platelets below 50 10*3/uL', points: SOFA, when: (value) => value < 50 },
  { code: '2744-1', name: 'pH below 7.25', points: APACHE, when: (value) => value < 7.25 },
  { code: '1963-8', name: 'bicarbonate below 18 mmol/L', points: APACHE, when: (value) => value < 18 },
  { code: '2524-7', name: 'lactate 4 mmol/L or more', points: 'a sign of shock', when: (value) => value >= 4 },
];

/**
 * The words of a reason, and beside one that lowers a chance what its newest value is by itself. A reason is what the score would lose were
 * the sign as usual, or had it not been measured (ADR 0081); beside the others a danger can lower it, and must not be read as reassurance.
 */
export function warned(words: string, reason: { readonly code: string; readonly newest: number | undefined; readonly contribution: number }): string {
  const { code, newest, contribution } = reason;
  if (contribution >= 0 || newest === undefined) return words;
  const danger = DANGERS.find((one) => one.code === code && one.when(newest));
  return danger === undefined ? words : `${words}, by itself ${danger.points}`;
}
