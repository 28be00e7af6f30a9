import { sha256 } from '@concord/adapters/crypto';
import { reportFindingsSuite, suites, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

/** A suite by name; what judges a model loads it only when it is run. */
export interface SuiteEntry {
  readonly name: string;
  readonly title: string;
  readonly reads: readonly string[];
  load(settings: Settings): Promise<Suite>;
}

/** Suites that judge a model: named here, made with the active bundle when one is asked for. */
const OF_MODELS: readonly SuiteEntry[] = [
  {
    name: 'physiological-decline',
    title: 'Decline within 6, 12 and 24 hours on hourly intensive-care records.',
    reads: ['vitals_hourly.csv.gz'],
    load: async (settings) => (await import('./decline.ts')).declineSuite(settings),
  },
  {
    name: 'sepsis-6h',
    title: 'Sepsis within six hours on hourly intensive-care records; the challenge of 2019 beside it.',
    reads: ['vitals_hourly.csv.gz'],
    load: async (settings) => (await import('./decline.ts')).sepsisOnsetSuite(settings),
  },
  {
    name: 'hospital-mortality',
    title: 'Death in hospital, asked at hour 48 of intensive care.',
    reads: ['events_set_*.csv.gz', 'outcomes_set_*.csv'],
    load: async (settings) => (await import('./decline.ts')).hospitalMortalitySuite(settings),
  },
  {
    name: 'chest-findings',
    title: 'Findings of frontal chest films against labels, pneumonia within each view.',
    reads: ['labels.csv', 'images/'],
    load: async (settings) => (await import('./chest.ts')).chestSuite(settings),
  },
  {
    name: 'fusion',
    title: 'Fusion on generated patients with known truth: every pattern, interaction, contributions, calibration.',
    reads: [],
    load: async (settings) => (await import('./fusion.ts')).fusionBenchmark(settings),
  },
  {
    name: 'pneumonia-28',
    title: 'Pneumonia on 28-pixel pictures of children: a benchmark of the lab, never served.',
    reads: ['*.npz'],
    load: async (settings) => (await import('./pneumonia.ts')).pneumoniaSuite(settings),
  },
];

/** Suites of report text: the sentence encoder of the lab is loaded only when one is run. */
const BESIDE: Readonly<Record<string, SuiteEntry['load']>> = {
  'report-negation': async (settings) => (await import('./sentences.ts')).negationBesideEncoder(settings),
  'report-findings': async (settings) => (await import('./sentences.ts')).findingsBesideEncoder(settings),
};

/** Every suite that `concord evaluate` offers, in the order of `--list`. */
export const SUITES: readonly SuiteEntry[] = [
  ...[...suites, reportFindingsSuite(sha256)].map((suite) => ({
    name: suite.name,
    title: suite.title,
    reads: suite.reads,
    load: BESIDE[suite.name] ?? (() => Promise.resolve(suite)),
  })),
  ...OF_MODELS,
];
