import { tokenTruth } from '../apps/cli/src/evaluate/fusion.ts';
import { fusionSuite, printed, type FusionParts } from '@concord/pipeline/evaluate';
import { evaluationSchemas } from '@concord/contracts';

const NO_FILES = {
  names: () => Promise.resolve([]),
  text: () => Promise.resolve(undefined),
  lines: () => Promise.resolve(undefined),
  bytes: () => Promise.resolve(undefined),
  members: () => Promise.resolve(undefined),
};

/** The fusion suite on a few hundred patients whose truth is known; the same seed draws the same ones for every bundle. */
export async function judgeFusion({ bundle, runner }: Pick<FusionParts, 'bundle' | 'runner'>, seed: number) {
  const suite = fusionSuite({ bundle, runner, generator: tokenTruth }, { ofEachPattern: 500, complete: 500, mislinked: 400, atRandom: 700, pairs: 100 });
  const judged = await suite.run({ files: NO_FILES, seed, draws: 20, progress: () => undefined });
  if (!judged.ok) throw new Error(judged.error.kind);
  return evaluationSchemas.fusion.parse(JSON.parse(JSON.stringify(printed(judged.value))));
}
