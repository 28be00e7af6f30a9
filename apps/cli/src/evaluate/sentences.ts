import { sha256 } from '@concord/adapters/crypto';
import { blocksFolder, SessionPool } from '@concord/adapters/onnx';
import { reportFindingsSuite, reportNegationSuite, secondReader, type SecondReader, type Suite } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';
import { readLabBundle } from './lab-bundle.ts';

/** The suites of report text: the rules, which serve, with the lab's sentence encoder beside them. */
export const negationBesideEncoder = (settings: Settings): Promise<Suite> => readerOf(settings).then(reportNegationSuite);
export const findingsBesideEncoder = (settings: Settings): Promise<Suite> => readerOf(settings).then((reader) => reportFindingsSuite(sha256, reader));

async function readerOf({ modelsDir }: Settings): Promise<SecondReader> {
  return secondReader(await readLabBundle(modelsDir, 'sentence-reader'), new SessionPool({ blocks: blocksFolder({ models: modelsDir }), threads: 1 }));
}
