/** Small dense Gaussians, in closed form. */

/** Lower triangle of a positive definite matrix, row by row. */
export function cholesky(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const rows: number[][] = [];
  matrix.forEach((row, i) => {
    const own: number[] = [];
    rows.push(own);
    for (let j = 0; j <= i; j += 1) {
      const other = rows[j] ?? [];
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (own[k] ?? 0) * (other[k] ?? 0);
      own.push(i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1));
    }
  });
  return rows;
}

/** Solves `L y = x` for a lower triangle. */
export function forward(lower: readonly (readonly number[])[], x: readonly number[]): readonly number[] {
  const y: number[] = [];
  lower.forEach((row, i) => {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (row[k] ?? 0) * (y[k] ?? 0);
    y.push(sum / (row[i] ?? 1));
  });
  return y;
}

export interface Normal {
  readonly mean: number;
  readonly variance: number;
}

/**
 * What is left of a standard normal number after seeing `x`.
 * @param covariance of `x`; @param cross covariance of each `x` with the number.
 */
export function givenSeen(covariance: readonly (readonly number[])[], cross: readonly number[], x: readonly number[]): Normal {
  const lower = cholesky(covariance);
  const [whitened, weights] = [forward(lower, x), forward(lower, cross)];
  return { mean: dot(whitened, weights), variance: Math.max(0, 1 - dot(weights, weights)) };
}

/** Log density of a centred normal vector, without the constant that depends on its length alone. */
export function logDensity(covariance: readonly (readonly number[])[], x: readonly number[]): number {
  const lower = cholesky(covariance);
  const whitened = forward(lower, x);
  return lower.reduce((sum, row, i) => sum - Math.log(row[i] ?? 1), -dot(whitened, whitened) / 2);
}

const REACH = 6;
const NODES = 49;
/** The trapezoid rule on a normal density converges faster than any power of the step. */
const GRID = Array.from({ length: NODES }, (_, node) => {
  const at = -REACH + (2 * REACH * node) / (NODES - 1);
  return { at, weight: (Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI)) * ((2 * REACH) / (NODES - 1)) };
});

/** Mean of `of` under a normal number. */
export function expectation({ mean, variance }: Normal, of: (value: number) => number): number {
  const spread = Math.sqrt(variance);
  return GRID.reduce((sum, { at, weight }) => sum + weight * of(mean + spread * at), 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
