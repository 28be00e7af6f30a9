import { sha256 } from '@concord/adapters/crypto';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import { modalities } from '@concord/modalities/registry';
import { mortalitySuite, physiologicalDeclineSuite, sepsisSuite, type DeclineParts, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

/** The three risk questions bound to the active bundle. The session threads end with the process. */
export const declineSuite = (settings: Settings): Promise<Suite> => partsOf(settings).then(physiologicalDeclineSuite);
export const sepsisOnsetSuite = (settings: Settings): Promise<Suite> => partsOf(settings).then(sepsisSuite);
export const hospitalMortalitySuite = (settings: Settings): Promise<Suite> => partsOf(settings).then(mortalitySuite);

async function partsOf({ modelsDir, dataDir }: Settings): Promise<DeclineParts> {
  const folders = { models: modelsDir, data: dataDir };
  const bundle = await readActiveBundle(folders);
  return { plugins: modalities, bundle, runner: new SessionPool({ blocks: blocksFolder(folders), threads: 2 }), hash: sha256 };
}
