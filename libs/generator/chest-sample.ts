import type { Rng } from '@concord/core/ports';
import { CONDITIONS, type Condition } from './latent-state.ts';
import type { PhantomFinding } from './phantom-findings.ts';
import { chestFacts, oneOf, phantomFindings, type ReportFact } from './report-facts.ts';
import { reportText, type ReportStyle } from './report-text.ts';

/** A film and its report of one synthetic patient, from one hidden severity. */
export interface ChestSample {
  readonly condition: Condition;
  /** In [0, 1]. */
  readonly severity: number;
  readonly facts: readonly ReportFact[];
  readonly text: string;
  /** What to plant in the phantom so that film and report agree. */
  readonly findings: readonly PhantomFinding[];
}

export interface ChestWish {
  readonly severity: number;
  readonly condition?: Condition;
  readonly style?: ReportStyle;
  /** How the film was taken; the report's title then says nothing else. */
  readonly view?: 'PA' | 'AP';
  readonly rng: Rng;
}

/** Draws film and report for a severity. The same seed gives the same sample: the lab and the demo draw here. */
export function chestSample({ severity, condition, style, view, rng }: ChestWish): ChestSample {
  const drawn = condition ?? oneOf(rng, CONDITIONS);
  const facts = chestFacts({ condition: drawn, severity, rng });
  const text = reportText({ facts, condition: drawn, rng, ...(style === undefined ? {} : { style }), ...(view === undefined ? {} : { view }) });
  return { condition: drawn, severity, facts, text, findings: phantomFindings(facts, rng) };
}
