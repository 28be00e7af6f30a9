/** The signs of one hour that the outcome is made of; what was not measured is left out. */
export interface HourOfSigns {
  /** Breaths per minute. */
  readonly respiration?: number;
  /** Percent. */
  readonly spo2?: number;
  /** mm[Hg] */
  readonly systolic?: number;
  /** Beats per minute. */
  readonly pulse?: number;
  /** Degrees Celsius. */
  readonly temperature?: number;
}

export type Sign = keyof HourOfSigns;

export const SIGNS_OF_OUTCOME: readonly Sign[] = ['respiration', 'spo2', 'systolic', 'pulse', 'temperature'];
/** An hour counts towards an event when three of these four were measured in it. */
export const CORE_SIGNS: readonly Sign[] = ['respiration', 'spo2', 'systolic', 'pulse'];

// The recorded value is compared as it is: hourly medians such as 8.5 /min fall into the band above. The clinical NEWS2 beside
// the score rounds to whole numbers first, as the chart does; over 340,630 index hours the two differ in 10.
const BANDS: Readonly<Record<Sign, readonly (readonly [upTo: number, points: number])[]>> = {
  respiration: [[8, 3], [11, 1], [20, 0], [24, 2], [Infinity, 3]], // prettier-ignore
  spo2: [[91, 3], [93, 2], [95, 1], [Infinity, 0]], // prettier-ignore
  systolic: [[90, 3], [100, 2], [110, 1], [219, 0], [Infinity, 3]], // prettier-ignore
  pulse: [[40, 3], [50, 1], [90, 0], [110, 1], [130, 2], [Infinity, 3]], // prettier-ignore
  temperature: [[35, 3], [36, 1], [38, 0], [39, 1], [Infinity, 2]], // prettier-ignore
};

/**
 * NEWS2 of five parameters, without oxygen and consciousness. It defines the outcome of this task and is never shown as NEWS2.
 * Source: Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017, chart 1, SpO2 scale 1.
 */
export function partialScore(signs: HourOfSigns): number {
  return SIGNS_OF_OUTCOME.reduce((sum, sign) => sum + pointsOf(sign, signs[sign]), 0);
}

function pointsOf(sign: Sign, value: number | undefined): number {
  if (value === undefined) return 0;
  return BANDS[sign].find(([upTo]) => value <= upTo)?.[1] ?? 0;
}
