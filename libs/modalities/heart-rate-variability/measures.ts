import type { Measure } from '@concord/core/clinical';

/** What a wearable tells of a whole day: LOINC, canonical unit, what a living person can have. Order of the encoder's tokens. */
export const MEASURES: readonly Measure[] = [
  {
    code: '80404-7',
    name: 'Heart rate variability (SDNN)',
    unit: 'ms',
    shown: 'ms',
    possible: [0, 1000],
    decimals: 1,
    from: { ms: [1, 0], s: [1000, 0] },
  },
  {
    code: '40443-4',
    name: 'Resting pulse',
    unit: '/min',
    shown: '/min',
    possible: [20, 220],
    decimals: 1,
    from: { '/min': [1, 0], '1/min': [1, 0], Hz: [60, 0] },
  },
  {
    code: '41950-7',
    name: 'Steps in 24 h',
    unit: '{steps}',
    shown: 'steps',
    possible: [0, 200_000],
    decimals: 0,
    from: { '': [1, 0], '1': [1, 0], '/d': [1, 0] },
  },
];

export function measureOf(code: string): Measure | undefined {
  return MEASURES.find((measure) => measure.code === code);
}
