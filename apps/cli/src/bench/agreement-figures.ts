import type { FindingAgreement, FindingStatement } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import { auroc, bootstrap, ranked, reweighted } from '@concord/pipeline/evaluate';

/** How far report and film of one pair speak against each other. */
export interface Doubt {
  /** In [0, 1]: the film's chance of a finding that the report denies, or against one that it asserts; the most of all findings. */
  readonly doubt: number;
}

/** Whatever the film's thresholds let it say: the probability itself, beside what the report is sure of. 0 where nothing meets. */
export function doubtOf(findings: readonly FindingAgreement[]): Doubt {
  const doubts = findings.flatMap(({ statements }) => {
    const shown = statements.find(({ probability }) => probability !== undefined)?.probability;
    const said = statements.find(isSure)?.stance;
    return shown === undefined || said === undefined ? [] : [said === 'absent' ? shown : 1 - shown];
  });
  return { doubt: Math.max(0, ...doubts) };
}

function isSure({ probability, stance }: FindingStatement): boolean {
  return probability === undefined && (stance === 'present' || stance === 'absent');
}

interface OfFilm extends Doubt {
  readonly film: number;
}

/** Films drawn again for a 95 % interval. */
const DRAWS = 500;

/** How well doubt tells contrary from consistent pairs; both pairs of a film are drawn together. */
export function aurocWithInterval(own: readonly OfFilm[], other: readonly OfFilm[], seed: number): readonly [auroc: number, low: number, high: number] {
  const pairs = [...own.map((pair) => ({ ...pair, isContrary: 0 })), ...other.map((pair) => ({ ...pair, isContrary: 1 }))];
  const rows = ranked({ score: Float64Array.from(pairs, ({ doubt }) => doubt), outcome: Uint8Array.from(pairs, ({ isContrary }) => isContrary) });
  const units = 1 + Math.max(0, ...pairs.map(({ film }) => film));
  const drawn = bootstrap({ units, draws: DRAWS, rng: seededRng(`auroc-${seed}`) }, (counts) => ({
    area: auroc(reweighted(rows, (row) => counts[pairs[row]?.film ?? 0] ?? 0)),
  }));
  return [auroc(rows), ...(drawn['area'] ?? ([Number.NaN, Number.NaN] as const))];
}
