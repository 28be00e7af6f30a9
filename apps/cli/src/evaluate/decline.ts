import { createHash } from 'node:crypto';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import type { Sha256 } from '@concord/core/clinical';
import { modalities } from '@concord/modalities/registry';
import { physiologicalDeclineSuite, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

/** The suite bound to the active bundle. The session thread ends with the process. */
export async function declineSuite({ modelsDir, dataDir }: Settings): Promise<Suite> {
  const folders = { models: modelsDir, data: dataDir };
  const bundle = await readActiveBundle(folders);
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 2 });
  return physiologicalDeclineSuite({
    plugins: modalities,
    bundle,
    runner,
    hash: (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256,
  });
}
