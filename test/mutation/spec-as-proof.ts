import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { load } from './mutants.ts';

interface Case {
  readonly name: string;
  readonly run: () => void;
  costMs: number;
}

/** A spec file as a proof that can be asked of a changed module: its cases are run here, with its module exchanged. */
export class SpecAsProof {
  private readonly source: string;
  private readonly imports: Readonly<Record<string, unknown>>;
  private readonly costs = new Map<string, number>();

  /** @param imports what the spec file imports, but for `vitest` and `./index.ts`. */
  constructor(file: string, imports: Readonly<Record<string, unknown>>) {
    this.source = readFileSync(file, 'utf8');
    this.imports = imports;
  }

  /** @returns the case that fails first, the cheapest first; undefined when all hold. */
  failure(door: Readonly<Record<string, unknown>>): string | undefined {
    const cases = this.casesOf(door).map((one) => ({ ...one, costMs: this.costs.get(one.name) ?? 0 }));
    for (const one of cases.sort((a, b) => a.costMs - b.costMs)) {
      const began = performance.now();
      try {
        one.run();
      } catch {
        return one.name;
      }
      this.costs.set(one.name, performance.now() - began);
    }
    return undefined;
  }

  private casesOf(door: Readonly<Record<string, unknown>>): readonly Case[] {
    const cases: Case[] = [];
    const it = (name: string, run: () => void): void => void cases.push({ name, run, costMs: 0 });
    const each =
      (rows: readonly (readonly unknown[])[]) =>
      (name: string, run: (...row: readonly unknown[]) => void): void => {
        rows.forEach((row, n) => {
          it(`${name} ${n}`, () => {
            run(...row);
          });
        });
      };
    const vitest = {
      describe: (_: string, body: () => void) => {
        body();
      },
      it: Object.assign(it, { each }),
      expect,
    };
    load(this.source, { ...this.imports, vitest, './index.ts': door });
    return cases;
  }
}
