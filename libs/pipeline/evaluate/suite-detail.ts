import type { RiskTask } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { RowParts } from '../assess/index.ts';
import { headDetail, type SuiteDetail } from './detail.ts';
import type { RiskCollector } from './risk-collector.ts';
import { stress, type StressRow } from './stress.ts';
import type { SuiteQuestion } from './suite.ts';

/** Questions kept for asking again under worse conditions: with an event to come, and without. */
const KEPT = { withEvent: 300, without: 500 } as const;

/** A sample of the questions of a run, by reservoir: every row has the same chance, whatever the length of the run. */
export class StressSample {
  readonly #withEvent: Omit<StressRow, 'weight'>[] = [];
  readonly #without: Omit<StressRow, 'weight'>[] = [];
  readonly #seen = { withEvent: 0, without: 0 };
  readonly #rng = seededRng('stress');

  note(row: Omit<StressRow, 'weight'>): void {
    const side = row.labels.includes(true) ? 'withEvent' : 'without';
    const kept = side === 'withEvent' ? this.#withEvent : this.#without;
    this.#seen[side] += 1;
    const place = kept.length < KEPT[side] ? kept.length : Math.floor(this.#rng.next() * this.#seen[side]);
    if (place < KEPT[side]) kept[place] = row;
  }

  get rows(): readonly StressRow[] {
    const weighed = (side: keyof typeof KEPT, kept: readonly Omit<StressRow, 'weight'>[]) =>
      kept.map((row) => ({ ...row, weight: this.#seen[side] / kept.length }));
    return [...weighed('withEvent', this.#withEvent), ...weighed('without', this.#without)];
  }
}

export interface DetailParts {
  readonly tasks: readonly RiskTask[];
  /** One per task. */
  readonly collectors: readonly RiskCollector[];
  readonly sample: StressSample;
  readonly question: SuiteQuestion;
  readonly parts: RowParts;
}

/** What the report page shows beyond the figures. */
export async function suiteDetail({ tasks, collectors, sample, question, parts }: DetailParts): Promise<SuiteDetail> {
  const rng = seededRng(question.seed);
  const stressed = await stress(sample.rows, {
    tasks,
    parts,
    rng,
    progress: (done, total) => {
      question.progress({ step: 'asked again', done, total });
    },
  });
  const heads = tasks.map((task, place) => {
    const { raised, high } = task.thresholds;
    const head = headDetail(collectors[place]?.details ?? [], { task: task.id, title: task.title, thresholds: { raised, high }, rng });
    return { ...head, ...stressed[place] };
  });
  return { heads };
}
