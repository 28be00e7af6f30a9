import type { Assess, BundleId } from '@concord/core/clinical';
import { sha256 } from '@concord/adapters/crypto';
import { activeBundle, blocksFolder, BundleUnusable, readBundle, SessionPool, type ModelFolders } from '@concord/adapters/onnx';
import { modalities } from '@concord/modalities/registry';
import { createAssess, withoutModel } from '@concord/pipeline/assess';
import type { Settings } from './config.ts';

/** The pipeline bound to one bundle, for the length of one verb. */
export interface BoundModel {
  readonly assess: Assess;
  close(): Promise<void>;
}

/**
 * @param bundle the one that a stored assessment names; the active one when it is left out, and without a usable active one
 * every question is answered by an abstention.
 * @throws BundleUnusable when the named bundle cannot be read.
 */
export async function openModel(settings: Settings, bundle?: BundleId): Promise<BoundModel> {
  const folders: ModelFolders = { models: settings.modelsDir, data: settings.dataDir };
  const manifest = bundle === undefined ? await activeManifest(folders) : await readBundle(folders, bundle);
  if (manifest === undefined) return { assess: withoutModel(sha256), close: () => Promise.resolve() };
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  return { assess: createAssess({ plugins: modalities, bundle: manifest, runner, hash: sha256 }), close: () => runner.close() };
}

async function activeManifest(folders: ModelFolders) {
  try {
    return await readBundle(folders, (await activeBundle(folders)).current);
  } catch (error) {
    if (error instanceof BundleUnusable) return undefined;
    throw error;
  }
}
