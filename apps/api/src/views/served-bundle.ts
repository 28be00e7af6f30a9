import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ServedBundle } from './session.controller.ts';

const activeSchema = z.object({ active: z.string() });

/** The bundle that answers, as the folder of models says now: an activation shows without a restart. */
export function servedBundle(modelsDir: string): ServedBundle {
  return async () => {
    const text = await readFile(join(modelsDir, 'active.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return null;
    const parsed = activeSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.active : null;
  };
}
