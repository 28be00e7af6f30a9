import { calibrationMetrics } from './calibration-metrics.ts';
import { earlyWarningScores } from './early-warning-scores.ts';
import { reportNegationSuite } from './report-negation.ts';
import type { Suite } from './suite.ts';

/** Suites that need nothing but their folder. Those that judge a model are made with it, where the app is composed. */
export const suites: readonly Suite[] = [earlyWarningScores, calibrationMetrics, reportNegationSuite()];
