import type { ModalityKind } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import { isCovered } from '@concord/stages/calibration';
import type { RowAnswer } from '../assess/index.ts';
import type { DetailRow, Who } from './detail.ts';
import { judgeRisk, type RiskFigures, type RiskJudgement } from './risk-figures.ts';
import type { Figures, Interval, SuiteQuestion } from './suite.ts';

/** Draws of the bootstrap are bounded by the rows they weigh: 500 up to 60,000 rows, sixty at least. */
const WEIGHED_MOST = 30_000_000;
const DRAWS_LEAST = 60;

/** One row that was asked. */
export interface AskedRow {
  readonly patient: number;
  readonly label: boolean;
  readonly answer: RowAnswer;
  /** What the score from signs alone would have been. */
  readonly signsOnly: RowAnswer;
  /** Partial NEWS2 and its like, where the suite compares with it. */
  readonly news2?: number;
  /** Whom it is about, for the subgroups of a report. */
  readonly who?: Who;
}

interface ScoredRow {
  readonly patient: number;
  readonly label: boolean;
  readonly probability: number;
  readonly covered: boolean;
  readonly pattern: readonly ModalityKind[];
  readonly signsOnly: number;
  readonly news2: number | undefined;
  readonly who: Who | undefined;
}

export interface Collected {
  readonly figures: Figures;
  readonly ci: Readonly<Record<string, Interval>>;
  /** The same per availability pattern, largest first. */
  readonly patterns: readonly Figures[];
}

/** Rows of one risk question as they are answered, and the figures they come to. */
export class RiskCollector {
  readonly #rows: ScoredRow[] = [];
  readonly #excluded = new Map<string, number>();

  add({ patient, label, answer, signsOnly, news2, who }: AskedRow): void {
    if (answer.kind === 'abstained') {
      this.#excluded.set(answer.reason, (this.#excluded.get(answer.reason) ?? 0) + 1);
      return;
    }
    const { probability, calibration } = answer;
    const alone = signsOnly.kind === 'scored' ? signsOnly.logit : Number.NEGATIVE_INFINITY;
    this.#rows.push({
      patient,
      label,
      probability,
      covered: isCovered(probability, label, calibration),
      pattern: calibration.pattern,
      signsOnly: alone,
      news2,
      who,
    });
  }

  /** The scored rows, as a report needs them. */
  get details(): readonly DetailRow[] {
    return this.#rows;
  }

  get count(): number {
    return this.#rows.length;
  }

  judge(patients: number, question: SuiteQuestion): Collected {
    const whole = judged(this.#rows, patients, question);
    const names = [...new Set(this.#rows.map(({ pattern }) => pattern.join()))].sort((a, b) => b.length - a.length);
    const patterns = names.map((name) => {
      const own = this.#rows.filter(({ pattern }) => pattern.join() === name);
      const { figures, ci } = judged(own, patients, question);
      return {
        pattern: name.split(','),
        n: own.length,
        nPatients: new Set(own.map(({ patient }) => patient)).size,
        ...risk(figures),
        ci: { ...ownIntervals(ci) },
      };
    });
    const { vitalsOnly, news2 } = whole.figures.beside;
    return {
      figures: {
        ...risk(whole.figures),
        n: this.#rows.length,
        nPatients: new Set(this.#rows.map(({ patient }) => patient)).size,
        ...(vitalsOnly === undefined ? {} : { vitalsOnly }),
        ...(news2 === undefined ? {} : { news2 }),
        excluded: Object.fromEntries(this.#excluded),
      },
      ci: Object.fromEntries(Object.entries(whole.ci).map(([path, interval]) => [path.replace(/^beside\./, ''), interval])),
      patterns,
    };
  }
}

function judged(rows: readonly ScoredRow[], patients: number, { draws, seed, progress }: SuiteQuestion): RiskJudgement {
  const news2 = rows.some((row) => row.news2 !== undefined) ? { news2: Float64Array.from(rows, (row) => row.news2 ?? 0) } : {};
  return judgeRisk(
    {
      probability: Float64Array.from(rows, ({ probability }) => probability),
      outcome: Uint8Array.from(rows, ({ label }) => Number(label)),
      patient: Uint32Array.from(rows, ({ patient }) => patient),
      patients,
      covered: Uint8Array.from(rows, ({ covered }) => Number(covered)),
      beside: { vitalsOnly: Float64Array.from(rows, ({ signsOnly }) => signsOnly), ...news2 },
    },
    {
      draws: Math.min(draws, Math.max(DRAWS_LEAST, Math.floor(WEIGHED_MOST / Math.max(1, rows.length)))),
      rng: seededRng(seed),
      progress: (done, total) => {
        progress({ step: 'bootstrap', done, total });
      },
    },
  );
}

function risk({ beside: _, ...figures }: RiskFigures): Figures {
  return { ...figures };
}

function ownIntervals(ci: Readonly<Record<string, Interval>>): Readonly<Record<string, Interval>> {
  return Object.fromEntries(Object.entries(ci).filter(([path]) => !path.startsWith('beside.')));
}
