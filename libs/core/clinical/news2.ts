import type { Instant, Milliseconds } from '../kernel/index.ts';
import { hours } from '../kernel/index.ts';

/** The seven parameters of NEWS2. */
export const NEWS2_PARAMETERS = ['respiration', 'spo2', 'oxygen', 'systolic', 'pulse', 'consciousness', 'temperature'] as const;
export type News2Parameter = (typeof NEWS2_PARAMETERS)[number];

export type Consciousness = 'A' | 'C' | 'V' | 'P' | 'U';

/** The newest reading of each parameter; what was not recorded is left out, never assumed normal. */
export interface News2Readings {
  /** Breaths per minute. */
  readonly respiration?: number;
  /** Percent. */
  readonly spo2?: number;
  /** True when supplemental oxygen is given. */
  readonly oxygen?: boolean;
  /** mm[Hg] */
  readonly systolic?: number;
  /** Beats per minute. */
  readonly pulse?: number;
  readonly consciousness?: Consciousness;
  /** Degrees Celsius. */
  readonly temperature?: number;
}

export type News2Band = 'low' | 'low-single' | 'urgent' | 'emergency';

/** NEWS2 as NEWS2: a total and a band only when all seven were fresh, else a lower bound. */
export interface News2 {
  readonly total: number | null;
  /** Points of the parameters that were fresh: the total is at least this. */
  readonly atLeast: number;
  /** How many of the seven were fresh. */
  readonly measured: number;
  readonly of: 7;
  readonly band: News2Band | null;
  /** A fresh parameter scored 3 by itself. */
  readonly singleThree: boolean;
  /** False under 16 years and in pregnancy: NEWS2 was not made for them; `atLeast` is then 0. */
  readonly applies: boolean;
  readonly parts: readonly News2Part[];
}

export interface News2Part {
  readonly parameter: News2Parameter;
  readonly state: 'fresh' | 'stale' | 'missing';
  readonly points: number | null;
  readonly effectiveAt?: Instant;
}

/** Default: a parameter is fresh within four hours (DESIGN 5); a site may set each. */
export const NEWS2_FRESH_FOR: Readonly<Record<News2Parameter, Milliseconds>> = {
  respiration: hours(4),
  spo2: hours(4),
  oxygen: hours(4),
  systolic: hours(4),
  pulse: hours(4),
  consciousness: hours(4),
  temperature: hours(4),
};
