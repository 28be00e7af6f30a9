import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Assessment } from '@concord/core/clinical';

/** The golden file of a task. `CONCORD_GOLDEN=write npx vitest … test/golden` writes them all anew: only ever together with a new bundle. */
export class GoldenFile {
  readonly #path: URL;

  constructor(task: string) {
    this.#path = new URL(`./${task}.json`, import.meta.url);
  }

  read(): Readonly<Record<string, readonly unknown[]>> {
    return existsSync(this.#path) ? (JSON.parse(readFileSync(this.#path, 'utf8')) as Record<string, readonly unknown[]>) : {};
  }

  /** Compares, or under `CONCORD_GOLDEN=write` keeps. */
  hold(name: string, seen: readonly unknown[]): void {
    const all = this.read();
    if (process.env['CONCORD_GOLDEN'] === 'write') writeFileSync(this.#path, `${JSON.stringify({ ...all, [name]: seen }, null, 1)}\n`);
    else expect(seen).toEqual(near(all[name]));
  }

  bundles(): readonly unknown[] {
    return [...new Set(Object.values(this.read()).flatMap((list) => list.map((one) => (one as { readonly bundle: string }).bundle)))];
  }
}

/** Everything but what names the machine, and what only puts the same figures into other words. */
export function frozen({ pins: { runtime: _, ...pins }, outcome, ...assessment }: Assessment): unknown {
  const told = outcome.kind === 'scored' ? { kind: outcome.kind, score: outcome.score, evidence: outcome.evidence } : outcome;
  return JSON.parse(JSON.stringify({ ...assessment, outcome: told, pins }));
}

/** Numbers may differ by 1e-5 on another class of processor (DESIGN 5); everything else is exact. */
function near(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, 4) as unknown;
  if (Array.isArray(value)) return value.map(near);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, near(item)]));
  return value;
}
