import type { Consciousness } from './news2.ts';

/** AVPU scale of the older scores; new confusion is not one of its levels. */
export type Avpu = Exclude<Consciousness, 'C'>;

/**
 * Quick SOFA: one point each for respiration ≥ 22 /min, systolic pressure ≤ 100 mm[Hg], altered mentation (Glasgow < 15).
 * Source: Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock (Sepsis-3). JAMA 2016;315:801-810.
 */
export function qsofa(readings: { readonly respiration: number; readonly systolic: number; readonly glasgow: number }): number {
  return count([readings.respiration >= 22, readings.systolic <= 100, readings.glasgow < 15]);
}

/**
 * SIRS criteria met, 0 to 4. White cells in 10⁹/L, carbon dioxide pressure in mm[Hg]; band forms are not used.
 * Source: Bone RC et al. ACCP/SCCM Consensus Conference. Chest 1992;101:1644-1655.
 */
export function sirs(readings: {
  readonly temperature: number;
  readonly pulse: number;
  readonly respiration: number;
  readonly carbonDioxide?: number;
  readonly whiteCells: number;
}): number {
  const { temperature, pulse, respiration, carbonDioxide, whiteCells } = readings;
  return count([
    temperature > 38 || temperature < 36,
    pulse > 90,
    respiration > 20 || (carbonDioxide !== undefined && carbonDioxide < 32),
    whiteCells > 12 || whiteCells < 4,
  ]);
}

/**
 * Modified Early Warning Score, 0 to 14.
 * Source: Subbe CP et al. Validation of a modified Early Warning Score in medical admissions. QJM 2001;94:521-526.
 * The table leaves a pulse of exactly 40 open; here it counts as below 41.
 */
export function mews(readings: {
  readonly respiration: number;
  readonly pulse: number;
  readonly systolic: number;
  readonly temperature: number;
  readonly avpu: Avpu;
}): number {
  return (
    pointsIn(MEWS_RESPIRATION, readings.respiration) +
    pointsIn(MEWS_PULSE, readings.pulse) +
    pointsIn(MEWS_SYSTOLIC, readings.systolic) +
    (readings.temperature < 35 || readings.temperature >= 38.5 ? 2 : 0) +
    MEWS_AVPU[readings.avpu]
  );
}

/**
 * CURB-65, 0 to 5. Urea in mmol/L; confusion is any level but alert.
 * Source: Lim WS et al. Defining community acquired pneumonia severity on presentation to hospital. Thorax 2003;58:377-382.
 */
export function curb65(readings: {
  readonly confused: boolean;
  readonly urea: number;
  readonly respiration: number;
  readonly systolic: number;
  readonly diastolic: number;
  readonly ageYears: number;
}): number {
  return count([readings.confused, readings.urea > 7, readings.respiration >= 30, readings.systolic < 90 || readings.diastolic <= 60, readings.ageYears >= 65]);
}

type Bands = readonly (readonly [below: number, points: number])[];

const MEWS_RESPIRATION: Bands = [
  [9, 2],
  [15, 0],
  [21, 1],
  [30, 2],
  [Infinity, 3],
];
const MEWS_PULSE: Bands = [
  [41, 2],
  [51, 1],
  [101, 0],
  [111, 1],
  [130, 2],
  [Infinity, 3],
];
const MEWS_SYSTOLIC: Bands = [
  [71, 3],
  [81, 2],
  [101, 1],
  [200, 0],
  [Infinity, 2],
];
const MEWS_AVPU: Readonly<Record<Avpu, number>> = { A: 0, V: 1, P: 2, U: 3 };

function pointsIn(bands: Bands, value: number): number {
  return bands.find(([below]) => value < below)?.[1] ?? 0;
}

function count(criteria: readonly boolean[]): number {
  return criteria.filter(Boolean).length;
}
