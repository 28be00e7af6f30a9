import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ServedBundle } from './session.controller.ts';

const activeSchema = z.object({ current: z.string() });

/**
 * The bundle that answers now: what a steward activated here, else what was shipped. Read each time, so that an activation
 * shows without a restart; the models themselves are the worker's.
 */
export function servedBundle(dataDir: string, modelsDir: string): ServedBundle {
  return async () => (await currentIn(join(dataDir, 'active-bundle.json'))) ?? (await currentIn(join(modelsDir, 'active.json')));
}

async function currentIn(path: string): Promise<string | null> {
  try {
    return activeSchema.parse(JSON.parse(await readFile(path, 'utf8'))).current;
  } catch {
    // No such file, or one that names none: then no bundle is said to answer.
    return null;
  }
}
