import type { Consciousness, News2Band, News2Parameter, News2Readings } from './news2.ts';
import { NEWS2_PARAMETERS } from './news2.ts';

/** Which SpO2 column applies. Scale 2 is for prescribed 88-92 % targets and never chosen by software. */
export type SpO2Scale = 1 | 2;

/** Points of each parameter that was measured; an unmeasured one is absent, never 0. */
export type News2Points = Readonly<Partial<Record<News2Parameter, number>>>;

/** Rows of a score table: the first whose upper bound is not below the reading gives the points. */
type Bands = readonly (readonly [upTo: number, points: number])[];

// Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017. Chart 1.
const RESPIRATION: Bands = [
  [8, 3],
  [11, 1],
  [20, 0],
  [24, 2],
  [Infinity, 3],
];
const SPO2_SCALE_1: Bands = [
  [91, 3],
  [93, 2],
  [95, 1],
  [Infinity, 0],
];
const SPO2_SCALE_2_ON_AIR: Bands = [
  [83, 3],
  [85, 2],
  [87, 1],
  [Infinity, 0],
];
const SPO2_SCALE_2_ON_OXYGEN: Bands = [
  [83, 3],
  [85, 2],
  [87, 1],
  [92, 0],
  [94, 1],
  [96, 2],
  [Infinity, 3],
];
const SYSTOLIC: Bands = [
  [90, 3],
  [100, 2],
  [110, 1],
  [219, 0],
  [Infinity, 3],
];
const PULSE: Bands = [
  [40, 3],
  [50, 1],
  [90, 0],
  [110, 1],
  [130, 2],
  [Infinity, 3],
];
const TEMPERATURE: Bands = [
  [35.0, 3],
  [36.0, 1],
  [38.0, 0],
  [39.0, 1],
  [Infinity, 2],
];

/**
 * Points per measured parameter.
 * Rates, saturation and pressure count as whole numbers, temperature to 0.1 °C: the chart has no band between 91 and 92 %.
 * On scale 2 with unknown oxygen the high side gives no points, so the sum stays a lower bound.
 */
export function news2Points(readings: News2Readings, scale: SpO2Scale = 1): News2Points {
  const { respiration, spo2, oxygen, systolic, pulse, consciousness, temperature } = readings;
  return {
    ...measured('respiration', respiration, RESPIRATION),
    ...measured('spo2', spo2, spo2Bands(scale, oxygen === true)),
    ...(oxygen === undefined ? {} : { oxygen: oxygen ? 2 : 0 }),
    ...measured('systolic', systolic, SYSTOLIC),
    ...measured('pulse', pulse, PULSE),
    ...(consciousness === undefined ? {} : { consciousness: consciousnessPoints(consciousness) }),
    ...(temperature === undefined ? {} : { temperature: pointsIn(TEMPERATURE, Math.round(temperature * 10) / 10) }),
  };
}

/** The sum over what was measured: the full score is at least this. */
export function news2Sum(points: News2Points): number {
  return NEWS2_PARAMETERS.reduce((sum, parameter) => sum + (points[parameter] ?? 0), 0);
}

export function hasSingleThree(points: News2Points): boolean {
  return NEWS2_PARAMETERS.some((parameter) => points[parameter] === 3);
}

/** The RCP's clinical response to a complete score. Never asked of an incomplete one. */
export function news2Band(total: number, singleThree: boolean): News2Band {
  if (total >= 7) return 'emergency';
  if (total >= 5) return 'urgent';
  return singleThree ? 'low-single' : 'low';
}

/** The five parameters that an hourly intensive-care record holds; the first four decide whether an hour counts as measured. */
export type PartialNews2Readings = Pick<News2Readings, 'respiration' | 'spo2' | 'systolic' | 'pulse' | 'temperature'>;

/**
 * Partial NEWS2: the five parameters without oxygen and consciousness, on SpO2 scale 1. It defines the outcome of
 * `physiological-decline` and is never shown as NEWS2.
 */
export function partialNews2({ respiration, spo2, systolic, pulse, temperature }: PartialNews2Readings): number {
  return news2Sum(
    news2Points({
      ...(respiration === undefined ? {} : { respiration }),
      ...(spo2 === undefined ? {} : { spo2 }),
      ...(systolic === undefined ? {} : { systolic }),
      ...(pulse === undefined ? {} : { pulse }),
      ...(temperature === undefined ? {} : { temperature }),
    }),
  );
}

function measured(parameter: News2Parameter, value: number | undefined, bands: Bands): News2Points {
  return value === undefined ? {} : { [parameter]: pointsIn(bands, Math.round(value)) };
}

function pointsIn(bands: Bands, value: number): number {
  const row = bands.find(([upTo]) => value <= upTo);
  if (row === undefined) throw new RangeError('a NEWS2 reading is a number');
  return row[1];
}

function spo2Bands(scale: SpO2Scale, onOxygen: boolean): Bands {
  if (scale === 1) return SPO2_SCALE_1;
  return onOxygen ? SPO2_SCALE_2_ON_OXYGEN : SPO2_SCALE_2_ON_AIR;
}

function consciousnessPoints(level: Consciousness): number {
  return level === 'A' ? 0 : 3;
}
