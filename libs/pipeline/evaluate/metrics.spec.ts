import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { bootstrap, quantile } from './bootstrap.ts';
import { brier, calibrationError, calibrationInTheLarge, ece, equalMassBins, equalWidthBins, observedExpected, recalibration } from './calibration.ts';
import { auprc, auroc } from './discrimination.ts';
import { ranked, reweighted, type Ranked } from './predictions.ts';
import { judgeRisk } from './risk-figures.ts';

const rowsOf = (pairs: readonly (readonly [number, 0 | 1])[]): Ranked =>
  ranked({ score: Float64Array.from(pairs, ([score]) => score), outcome: Uint8Array.from(pairs, ([, outcome]) => outcome) });

// Few distinct scores, so that ties are the rule.
const pair = fc.tuple(
  fc.integer({ min: 1, max: 19 }).map((n) => n / 20),
  fc.constantFrom(0 as const, 1 as const),
);
const sample = fc.array(pair, { minLength: 4, maxLength: 60 }).filter((pairs) => new Set(pairs.map(([, y]) => y)).size === 2);

/** The definition, pair by pair. */
const aurocByPairs = (pairs: readonly (readonly [number, 0 | 1])[]): number => {
  const [sick, well] = [pairs.filter(([, y]) => y === 1), pairs.filter(([, y]) => y === 0)];
  const won = sick.flatMap(([a]) => well.map(([b]) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return won.reduce<number>((sum, w) => sum + w, 0) / won.length;
};

describe('discrimination', () => {
  it('AUROC is the chance that the sicker scores higher, ties counting half', () => {
    fc.assert(fc.property(sample, (pairs) => Math.abs(auroc(rowsOf(pairs)) - aurocByPairs(pairs)) < 1e-12));
  });

  it('depends on order alone: any rising map of the scores leaves it', () => {
    fc.assert(
      fc.property(sample, (pairs) => {
        const cubed = pairs.map(([p, y]) => [p ** 3, y] as const);
        expect(auroc(rowsOf(cubed))).toBeCloseTo(auroc(rowsOf(pairs)), 12);
        expect(auprc(rowsOf(cubed))).toBeCloseTo(auprc(rowsOf(pairs)), 12);
      }),
    );
  });

  it('turns round when the outcome does', () => {
    fc.assert(fc.property(sample, (pairs) => Math.abs(auroc(rowsOf(pairs)) + auroc(rowsOf(pairs.map(([p, y]) => [p, y === 1 ? 0 : 1]))) - 1) < 1e-12));
  });

  it('average precision of a score that says nothing is the prevalence, of a perfect one 1', () => {
    expect(auprc(rowsOf([[0.5, 1], [0.5, 0], [0.5, 0], [0.5, 0]]))).toBe(0.25); // prettier-ignore
    expect(auprc(rowsOf([[0.9, 1], [0.8, 1], [0.1, 0]]))).toBe(1); // prettier-ignore
  });

  it('is not a number when nobody or everybody has the outcome', () => {
    expect(auroc(rowsOf([[0.5, 1]]))).toBeNaN();
    expect(auprc(rowsOf([[0.5, 0]]))).toBeNaN();
  });
});

describe('calibration', () => {
  it('of outcomes drawn from the probabilities themselves is near slope 1, intercept 0, ratio 1 and no error', () => {
    const rng = seededRng(4);
    const pairs = Array.from({ length: 20_000 }, () => {
      const p = 0.02 + 0.9 * rng.next() ** 2;
      return [p, rng.next() < p ? 1 : 0] as const;
    });
    const rows = rowsOf(pairs);
    expect(recalibration(rows).slope).toBeCloseTo(1, 1);
    expect(recalibration(rows).intercept).toBeCloseTo(0, 1);
    expect(calibrationInTheLarge(rows)).toBeCloseTo(0, 1);
    expect(observedExpected(rows)).toBeCloseTo(1, 1);
    expect(ece(rows)).toBeLessThan(0.015);
  });

  it('finds the slope that a stretched logit was given', () => {
    const rng = seededRng(5);
    const pairs = Array.from({ length: 20_000 }, () => {
      const logit = 3 * (rng.next() - 0.6);
      return [1 / (1 + Math.exp(-2 * logit)), rng.next() < 1 / (1 + Math.exp(-logit)) ? 1 : 0] as const;
    });
    expect(recalibration(rowsOf(pairs)).slope).toBeCloseTo(0.5, 1);
  });

  it('bins hold every row once, and as many as the others to within one', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 20 }), (pairs, count) => {
        const bins = equalMassBins(rowsOf(pairs), count).filter((bin) => bin.count > 0);
        const sizes = bins.map((bin) => bin.count);
        expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(pairs.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(equalWidthBins(rowsOf(pairs), count).reduce((sum, bin) => sum + bin.count, 0)).toBe(pairs.length);
      }),
    );
  });

  it('error and Brier score stay between 0 and 1', () => {
    fc.assert(
      fc.property(sample, (pairs) => {
        const rows = rowsOf(pairs);
        for (const value of [ece(rows), brier(rows), calibrationError(equalWidthBins(rows, 10))]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('a bootstrap draw', () => {
  it('by weights is the same as a sample in which rows stand several times', () => {
    const figures = (rows: Ranked): readonly number[] => [auroc(rows), auprc(rows), brier(rows), ece(rows), observedExpected(rows)];
    fc.assert(
      fc.property(sample, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }), (pairs, weights) => {
        const copies = pairs.flatMap((row, index) => Array.from({ length: weights[index] ?? 0 }, () => row));
        if (new Set(copies.map(([, y]) => y)).size < 2) return;
        // Copies of tied rows may be told apart by a bin's edge; distinct scores have one order only.
        const distinct = (list: readonly (readonly [number, 0 | 1])[]) => list.map(([p, y], index) => [p + index * 1e-9, y] as const);
        const rows = rowsOf(distinct(pairs));
        const spread = distinct(pairs).flatMap((row, index) => Array.from({ length: weights[index] ?? 0 }, () => row));
        const drawn = figures(reweighted(rows, (row) => weights[row] ?? 0));
        figures(rowsOf(spread)).forEach((value, index) => expect(drawn[index]).toBeCloseTo(value, 9));
      }),
    );
  });

  it('is repeated by its seed and reports how far it is', () => {
    const heard: number[] = [];
    const run = () => bootstrap({ units: 40, draws: 50, rng: seededRng(9), progress: (done) => heard.push(done) }, (draw) => ({ first: draw[0] ?? 0 }));
    expect(run()).toEqual(run());
    expect(heard.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('gives the share of units that a mean of theirs must have', () => {
    const [low, high] = bootstrap({ units: 400, draws: 400, rng: seededRng(1) }, (draw) => ({
      mean: draw.subarray(0, 200).reduce((sum, n) => sum + n, 0) / 400,
    }))['mean'] ?? [0, 0];
    expect(low).toBeGreaterThan(0.43);
    expect(low).toBeLessThan(0.47);
    expect(high).toBeGreaterThan(0.53);
    expect(high).toBeLessThan(0.57);
  });

  it('interpolates between order statistics', () => {
    expect(quantile(Float64Array.of(1, 2, 3, 4), 0.5)).toBe(2.5);
  });
});

describe('the risk figures of a task', () => {
  it('stand with an interval each, and a score beside is compared on the same draws', () => {
    const rng = seededRng(11);
    const n = 600;
    const truth = Array.from({ length: n }, () => rng.next());
    const rows = {
      probability: Float64Array.from(truth),
      outcome: Uint8Array.from(truth, (p) => (rng.next() < p ? 1 : 0)),
      patient: Uint32Array.from({ length: n }, (_, row) => Math.floor(row / 3)),
      patients: n / 3,
      covered: Uint8Array.from({ length: n }, (_, row) => (row % 10 === 0 ? 0 : 1)),
      beside: { news2: Float64Array.from(truth, (p) => Math.round(4 * p)) },
    };
    const { figures, ci } = judgeRisk(rows, { draws: 60, rng: seededRng(2) });
    expect(figures.coverage).toBeCloseTo(0.9);
    expect(figures.auroc).toBeGreaterThan(figures.beside['news2']?.auroc ?? 1);
    for (const name of ['auroc', 'auprc', 'brier', 'ece', 'slope', 'intercept', 'observedExpected', 'coverage'] as const) {
      const [low, high] = ci[name] ?? [1, 0];
      expect(low, name).toBeLessThanOrEqual(figures[name] ?? 0);
      expect(high, name).toBeGreaterThanOrEqual(figures[name] ?? 0);
    }
    expect(figures.eceByChance).toBeGreaterThan(0.01);
    expect(figures.eceByChance).toBeLessThan(0.1);
    expect(ci['beside.news2.aurocDifference']?.[0]).toBeGreaterThan(-0.05);
  });
});
