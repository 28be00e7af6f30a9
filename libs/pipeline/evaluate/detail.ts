import type { Demographics } from '@concord/core/clinical';
import type { Rng } from '@concord/core/ports';
import { conformalCells, subgroupsOf, type ConformalCell, type Subgroup } from './detail-cells.ts';
import { decisionCurve, reliability, type DecisionPoint, type ReliabilityBin } from './detail-curves.ts';
import type { Robustness, Temporal } from './stress.ts';
import type { Interval } from './suite.ts';

/** Whom a row is about, as far as a subgroup asks. */
export interface Who {
  readonly sex: Demographics['sex'];
  readonly ageYears: number | undefined;
}

/** One scored row as the report needs it. */
export interface DetailRow {
  readonly patient: number;
  readonly label: boolean;
  readonly probability: number;
  readonly covered: boolean;
  /** Inputs by name: modalities, or the view of a film. */
  readonly pattern: readonly string[];
  readonly who: Who | undefined;
}

/** A share with its 95 % interval by patient. */
export interface Judged {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** What a page shows of one question beyond its figures. Sums over patients only; a cell of few patients holds no number. */
export interface HeadDetail {
  readonly task: string;
  readonly title: string;
  readonly thresholds: { readonly raised: number; readonly high: number };
  readonly reliability: readonly ReliabilityBin[];
  readonly decision: readonly DecisionPoint[];
  readonly subgroups: readonly Subgroup[];
  readonly conformal: readonly ConformalCell[];
  readonly temporal?: Temporal;
  readonly robustness?: readonly Robustness[];
}

export interface SuiteDetail {
  readonly heads: readonly HeadDetail[];
}

export interface DetailQuestion {
  readonly task: string;
  readonly title: string;
  readonly thresholds: { readonly raised: number; readonly high: number };
  readonly rng: Rng;
}

/** Curves and cells of one question, with intervals by patient. */
export function headDetail(rows: readonly DetailRow[], { rng, ...head }: DetailQuestion): HeadDetail {
  return {
    ...head,
    reliability: reliability(rows, rng),
    decision: decisionCurve(rows),
    subgroups: subgroupsOf(rows, head.thresholds.raised, rng),
    conformal: conformalCells(rows, rng),
  };
}
