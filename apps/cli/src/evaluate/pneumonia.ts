import { blocksFolder, SessionPool } from '@concord/adapters/onnx';
import { pneumonia28Suite, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';
import { readLabBundle } from './lab-bundle.ts';

/** The suite bound to its own bundle of the lab. */
export async function pneumoniaSuite({ modelsDir }: Settings): Promise<Suite> {
  const bundle = await readLabBundle(modelsDir, 'pneumonia-28');
  return pneumonia28Suite(bundle, new SessionPool({ blocks: blocksFolder({ models: modelsDir }), threads: 1 }));
}
