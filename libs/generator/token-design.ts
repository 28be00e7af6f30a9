/**
 * How a token-level patient is made: one hidden state, three sources that each show a part of it, and outcomes whose chance
 * given any set of tokens is known. Everything is a number of this table, so the best possible score can be computed.
 *
 * Hidden state: severity `z(t)`, a stationary Ornstein-Uhlenbeck process with unit variance, shown by every source
 * (redundancy); `u`, one per source (unique information); bits `a` (film) and `b` (signals) that matter only together;
 * findings `f`, which report and film both speak of; `w`, what tells one chest from another.
 */

/** In the order of the slots of the bundle `benchmark-fusion`. */
export const TOKEN_SOURCES = ['vitals', 'radiology-report', 'chest-imaging'] as const;
export type TokenSource = (typeof TOKEN_SOURCES)[number];

/** Tokens of every source: sentences, regions, hourly windows. */
export const TOKENS_PER_SOURCE = 3;
export const IDENTITY_TRAITS = 4;
export const TOKEN_FINDINGS = 2;

/** Which column of a source's token holds what. */
export const TOKEN_COLUMNS = {
  vitals: ['severity', 'unique', 'bit'],
  'radiology-report': ['severity', 'unique', 'finding-1', 'finding-2', 'trait-1', 'trait-2', 'trait-3', 'trait-4'],
  'chest-imaging': ['severity', 'unique', 'bit', 'finding-1', 'finding-2', 'trait-1', 'trait-2', 'trait-3', 'trait-4'],
} as const satisfies Record<TokenSource, readonly string[]>;

/** Questions that the benchmark asks, in the order of the columns of the head. */
export const TOKEN_HEADS = ['outcome', 'interaction', 'vitals-alone', 'report-alone', 'image-alone', 'discordance', 'mislink'] as const;
export type TokenHead = (typeof TOKEN_HEADS)[number];

/** Standard deviations, effects on the log-odds, chances, hours. */
export const TOKEN_DESIGN = {
  severityHours: 18,
  severityNoise: { vitals: 1.1, 'radiology-report': 0.8, 'chest-imaging': 0.7 },
  uniqueNoise: 0.5,
  bitNoise: 0.35,
  findingNoise: 0.4,
  traitNoise: 0.5,
  outcome: { intercept: -1.4, severity: 1.5, unique: { vitals: 0.9, 'radiology-report': 1.1, 'chest-imaging': 1.1 } },
  /** Log-odds of an `…-alone` outcome per unit of that source's `u`. */
  alone: 2.2,
  /** Chance that the outcome of the two bits is turned over. */
  interactionFlip: 0.02,
  findingRate: 0.45,
  discordance: 0.2,
  mislink: 0.2,
  oldestHours: { report: 24, film: 24, newestSign: 2 },
  /** Log-odds that a source was measured, at mean severity and per unit of it: the sick are looked at more. */
  measured: { vitals: [0.9, 0.5], 'radiology-report': [0.3, 0.9], 'chest-imaging': [0.1, 1.1] },
  /** Chance that a source was measured where severity plays no part. */
  measuredAtRandom: 0.65,
} as const;
