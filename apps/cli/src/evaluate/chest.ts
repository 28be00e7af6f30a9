import { openDicomReader } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import { chestImaging } from '@concord/modalities/chest-imaging';
import { chestFindingsSuite, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';
import { receivedFilm } from '../lab/nih-film.ts';

/** The suite bound to the active bundle; the threads that decode films and run the model end with the run. */
export async function chestSuite({ modelsDir, dataDir }: Pick<Settings, 'modelsDir' | 'dataDir'>): Promise<Suite> {
  const folders = { models: modelsDir, data: dataDir };
  const bundle = await readActiveBundle(folders);
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  const reader = openDicomReader();
  const suite = chestFindingsSuite({ plugin: chestImaging, bundle, runner, hash: sha256, film: (film) => receivedFilm(film, reader) });
  return {
    ...suite,
    run: async (question) => {
      try {
        return await suite.run(question);
      } finally {
        await reader.close();
      }
    },
  };
}
