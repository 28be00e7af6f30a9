import type { StoredSuite } from '../apps/cli/src/report/page.ts';

/** One judged suite as it lies beside the page: invented figures, one of each kind that a page shows. */
export const SUITE: StoredSuite = {
  suite: 'sepsis-6h',
  title: 'Sepsis within six hours.',
  split: 'Patients that were set aside',
  printed: {
    n: 5000,
    nPatients: 400,
    positives: 60,
    auroc: 0.75,
    slope: 1.02,
    observedExpected: 0.98,
    ece: 0.002,
    eceByChance: 0.001,
    ci: { auroc: [0.7, 0.8] },
  },
  detail: {
    heads: [
      {
        task: 'sepsis-6h',
        title: 'Sepsis within 6 h',
        thresholds: { raised: 0.02, high: 0.06 },
        reliability: [{ n: 500, said: 0.01, seen: { value: 0.012, interval: [0.004, 0.02] } }],
        decision: [
          { threshold: 0.005, score: 0.5, everybody: 0.7 },
          { threshold: 0.1, score: 0.1, everybody: -8 },
        ],
        subgroups: [
          {
            pattern: 'vitals',
            sex: 'all',
            age: 'all',
            patients: 4,
            rows: 9,
            events: null,
            observedExpected: { value: null, interval: null },
            missed: { value: null, interval: null },
            isJudged: false,
          },
          {
            pattern: 'vitals + labs',
            sex: 'female',
            age: '80 and over',
            patients: 210,
            rows: 900,
            events: 25,
            observedExpected: { value: 1.6, interval: [1.2, 2] },
            missed: { value: 0.4, interval: [0.3, 0.5] },
            isJudged: true,
          },
        ],
        conformal: [{ pattern: 'vitals', class: 'without', patients: 300, coverage: { value: 0.8, interval: [0.77, 0.83] }, holds: false }],
        temporal: { pairs: 2000, meanAbsoluteChange: 0.004, largest: 0.05, crossings: 3, flips: 1 },
        robustness: [
          {
            name: 'unit slip',
            sentence: 'Temperature in Fahrenheit, said to be Celsius.',
            n: 100,
            scored: 99,
            refused: 1,
            aurocBefore: 0.75,
            auroc: 0.74,
            meanAbsoluteChange: 0.01,
          },
        ],
      },
    ],
  },
};
