import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { QueueFigures } from '@concord/contracts';

/** Beside the bundles: runs of `concord bench agreement`, and what each of them counted. */
export const FIGURES_FILE = 'second-look.json';

const count = z.number().int().nonnegative();
const fileSchema = z.object({
  runs: z.array(
    z.object({
      bundle: z.string(),
      drawn: z.string(),
      seed: count,
      pairs: count.positive(),
      falseAlarms: count,
      contraryPairs: count.positive(),
      contradictionsFound: count,
      on: z.iso.date(),
    }),
  ),
});

/** What was counted of this bundle, all runs together; null where none was made. */
export function figuresOf(json: unknown, bundle: string | null): QueueFigures | null {
  const runs = fileSchema.parse(json).runs.filter((run) => run.bundle === bundle);
  const [first] = runs;
  if (first === undefined) return null;
  const sum = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    bundle: first.bundle,
    consistentPairs: sum(({ pairs }) => pairs),
    falseAlarms: sum(({ falseAlarms }) => falseAlarms),
    contraryPairs: sum(({ contraryPairs }) => contraryPairs),
    found: sum(({ contradictionsFound }) => contradictionsFound),
    seeds: runs.map(({ seed }) => seed),
    on: runs.map(({ on }) => on).reduce((last, on) => (on > last ? on : last)),
  };
}

/** Read each time, as the bundle is. @returns null where the file is not there or cannot be read: then nothing is said to be measured, and the queue stays open. */
export async function readFigures(modelsDir: string, bundle: string | null): Promise<QueueFigures | null> {
  try {
    return figuresOf(JSON.parse(await readFile(join(modelsDir, FIGURES_FILE), 'utf8')), bundle);
  } catch {
    return null;
  }
}
