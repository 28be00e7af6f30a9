import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sha256 } from '@concord/core/clinical';

const tensor = z.object({ name: z.string(), shape: z.array(z.number().int()) });
const labBundle = z.object({
  id: z.string(),
  served: z.literal(false),
  block: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((block) => block as Sha256),
  input: tensor,
  output: tensor,
  threshold: z.number().default(0),
});

/** A bundle that the lab measures, beside the served ones and without a manifest: nothing can activate it. */
export async function readLabBundle(models: string, id: string): Promise<z.infer<typeof labBundle>> {
  return labBundle.parse(JSON.parse(await readFile(join(models, id, 'benchmark.json'), 'utf8')));
}
