import type { Assess } from '@concord/core/clinical';
import { activeBundle, blocksFolder, BundleUnusable, readActiveBundle, readBundle, SessionPool, type ModelFolders } from '@concord/adapters/onnx';
import { sha256 } from '@concord/adapters/crypto';
import { modalities } from '@concord/modalities/registry';
import { createAgree, DRAWN_FILMS, type Agree } from '@concord/pipeline/agree';
import { createAssess, createVerifyRegions, withoutModel, type VerifyRegions } from '@concord/pipeline/assess';

/** The pipeline bound to whichever bundle is active now. */
export interface ActiveModel {
  /** Follows an activation or a rollback from the next job on; without a usable bundle every question is an abstention. */
  assess: Assess;
  /** Undefined without a usable bundle. */
  agree(): Promise<Agree | undefined>;
  /** Undefined without a usable bundle. */
  verify(): Promise<VerifyRegions | undefined>;
  close(): Promise<void>;
}

interface Bound {
  readonly id: string;
  readonly why: string;
  readonly assess: Assess;
  readonly agree: Agree | undefined;
  readonly verify: VerifyRegions | undefined;
}

export interface ModelWish {
  readonly folders: ModelFolders;
  /** Demonstration patients live here: their drawn films, on which the served findings say nothing, are read by a block made for them. */
  readonly demo: boolean;
}

/** @param say gets one line when the model changes or cannot be used. */
export function openActiveModel({ folders, demo }: ModelWish, say: (line: string) => void): ActiveModel {
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  const none = withoutModel(sha256);
  let bound: Bound | undefined;
  const current = async (): Promise<Bound> => {
    const found = await bind();
    if (found.id !== bound?.id) say(found.id === '' ? `no model: ${found.why}` : `model ${found.id}`);
    bound = found;
    return found;
  };
  const bind = async (): Promise<Bound> => {
    try {
      const { current: id } = await activeBundle(folders);
      if (bound?.id === id) return { ...bound, why: '' };
      const bundle = await readActiveBundle(folders);
      const parts = { plugins: modalities, bundle, runner, hash: sha256 };
      const drawn = demo ? await readBundle(folders, DRAWN_FILMS) : undefined;
      const agree = createAgree({ ...parts, ...(drawn && { drawn }) });
      return { id: String(id), why: '', assess: createAssess(parts), agree, verify: createVerifyRegions(parts) };
    } catch (error) {
      if (!(error instanceof BundleUnusable)) throw error;
      return { id: '', why: error.message, assess: none, agree: undefined, verify: undefined };
    }
  };
  return {
    assess: async (question) => (await current()).assess(question),
    agree: async () => (await current()).agree,
    verify: async () => (await current()).verify,
    close: () => runner.close(),
  };
}
