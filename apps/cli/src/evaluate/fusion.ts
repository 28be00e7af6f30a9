import { blocksFolder, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId } from '@concord/core/clinical';
import {
  optimalGame,
  optimalWhereAbsenceSpeaks,
  pairEvidence,
  TOKEN_SOURCES,
  tokenCohort,
  type TokenHead,
  type TokenPatient,
  type TokenSource,
} from '@concord/generator';
import { fusionSuite, type Suite, type TruthGenerator } from '@concord/pipeline/evaluate';
import type { Settings } from '../config.ts';

/** The benchmark's bundle: same stages as the served one, other weights, refused by activation. */
export const BENCHMARK_BUNDLE = 'benchmark-fusion' as BundleId;

/** Patients of tokens with their truth, as the suite asks for them. */
export const tokenTruth: TruthGenerator<TokenPatient> = {
  sources: TOKEN_SOURCES,
  cohort: (wish) => tokenCohort(wish),
  game: (patient, players, head) => optimalGame(patient, players as readonly TokenSource[], head as TokenHead),
  whereAbsenceSpeaks: (patient, measured) => optimalWhereAbsenceSpeaks(patient, measured as readonly TokenSource[]),
  pairEvidence: (report, film) => pairEvidence(report.sources['radiology-report'], film.sources['chest-imaging']),
};

/** The suite bound to the benchmark's bundle. The session threads end with the process. */
export async function fusionBenchmark({ modelsDir, dataDir }: Settings): Promise<Suite> {
  const folders = { models: modelsDir, data: dataDir };
  const bundle = await readBundle(folders, BENCHMARK_BUNDLE);
  return fusionSuite({ bundle, runner: new SessionPool({ blocks: blocksFolder(folders), threads: 2 }), generator: tokenTruth });
}
