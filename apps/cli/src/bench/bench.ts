import type { ExitCode, Io } from '../verb.ts';

/** One measurement that a developer repeats on their machine: `concord bench NAME`. */
export interface Bench {
  readonly usage: string;
  /** Prints figures as one JSON object with `--json`, else a line each. */
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}

export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Bench>;
}

/** The value below which the share `q` of the values lies (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** Figures in the form that was asked for. */
export function printFigures(figures: Readonly<Record<string, number | string>>, json: boolean, io: Io): void {
  if (json) io.out(JSON.stringify(figures));
  else for (const [name, value] of Object.entries(figures)) io.out(`${name}: ${typeof value === 'number' ? Number(value.toFixed(2)) : value}`);
}
