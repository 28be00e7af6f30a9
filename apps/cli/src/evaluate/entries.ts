import { suites, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

/** A suite by name; what judges a model loads it only when it is run. */
export interface SuiteEntry {
  readonly name: string;
  readonly title: string;
  readonly reads: readonly string[];
  load(settings: Settings): Promise<Suite>;
}

/** Every suite that `concord evaluate` offers, in the order of `--list`. */
export const SUITES: readonly SuiteEntry[] = suites.map((suite) => ({
  name: suite.name,
  title: suite.title,
  reads: suite.reads,
  load: () => Promise.resolve(suite),
}));
