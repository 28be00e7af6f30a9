import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { blocksFolder, SessionPool } from '@concord/adapters/onnx';
import type { Sha256 } from '@concord/core/clinical';
import { pneumonia28Suite, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

const tensor = z.object({ name: z.string(), shape: z.array(z.number().int()) });
const benchmark = z.object({
  id: z.literal('pneumonia-28'),
  served: z.literal(false),
  block: z.string().regex(/^[0-9a-f]{64}$/),
  input: tensor,
  output: tensor,
  threshold: z.number(),
});

/** The suite bound to its own bundle, which lies beside the served ones without a manifest: nothing can activate it. */
export async function pneumoniaSuite({ modelsDir }: Settings): Promise<Suite> {
  const { block, ...bundle } = benchmark.parse(JSON.parse(await readFile(join(modelsDir, 'pneumonia-28', 'benchmark.json'), 'utf8')));
  return pneumonia28Suite({ ...bundle, block: block as Sha256 }, new SessionPool({ blocks: blocksFolder({ models: modelsDir }), threads: 1 }));
}
