import type { Assess } from '@concord/core/clinical';
import { activeBundle, blocksFolder, BundleUnusable, readActiveBundle, SessionPool, type ModelFolders } from '@concord/adapters/onnx';
import { sha256 } from '@concord/adapters/crypto';
import { modalities } from '@concord/modalities/registry';
import { createAssess, withoutModel } from '@concord/pipeline/assess';

/** The pipeline bound to whichever bundle is active now. */
export interface ActiveModel {
  /** Follows an activation or a rollback from the next job on; without a usable bundle every question is an abstention. */
  assess: Assess;
  close(): Promise<void>;
}

/** @param say gets one line when the model changes or cannot be used. */
export function openActiveModel(folders: ModelFolders, say: (line: string) => void): ActiveModel {
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  const none = withoutModel(sha256);
  let bound: { readonly id: string; readonly assess: Assess } | undefined;
  const current = async (): Promise<Assess> => {
    const found = await bind();
    if (found.id !== bound?.id) say(found.id === '' ? `no model: ${found.why}` : `model ${found.id}`);
    bound = found;
    return bound.assess;
  };
  const bind = async () => {
    try {
      const { current: id } = await activeBundle(folders);
      if (bound?.id === id) return { ...bound, why: '' };
      const bundle = await readActiveBundle(folders);
      return { id: String(id), why: '', assess: createAssess({ plugins: modalities, bundle, runner, hash: sha256 }) };
    } catch (error) {
      if (!(error instanceof BundleUnusable)) throw error;
      return { id: '', why: error.message, assess: none };
    }
  };
  return { assess: async (question) => (await current())(question), close: () => runner.close() };
}
