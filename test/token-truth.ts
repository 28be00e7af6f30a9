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
import { fusionSuite, printed, type FusionParts, type TruthGenerator } from '@concord/pipeline/evaluate';
import { evaluationSchemas } from '@concord/contracts';

const generator: TruthGenerator<TokenPatient> = {
  sources: TOKEN_SOURCES,
  cohort: (wish) => tokenCohort(wish),
  game: (patient, players, head) => optimalGame(patient, players as readonly TokenSource[], head as TokenHead),
  whereAbsenceSpeaks: (patient, measured) => optimalWhereAbsenceSpeaks(patient, measured as readonly TokenSource[]),
  pairEvidence: (report, film) => pairEvidence(report.sources['radiology-report'], film.sources['chest-imaging']),
};

const NO_FILES = {
  names: () => Promise.resolve([]),
  text: () => Promise.resolve(undefined),
  lines: () => Promise.resolve(undefined),
  bytes: () => Promise.resolve(undefined),
  members: () => Promise.resolve(undefined),
};

/** The fusion suite on a few hundred patients whose truth is known; the same seed draws the same ones for every bundle. */
export async function judgeFusion({ bundle, runner }: Pick<FusionParts, 'bundle' | 'runner'>, seed: number) {
  const suite = fusionSuite({ bundle, runner, generator }, { asTheyCome: 3_500, complete: 500, mislinked: 400, pairs: 100 });
  const judged = await suite.run({ files: NO_FILES, seed, draws: 20, progress: () => undefined });
  if (!judged.ok) throw new Error(judged.error.kind);
  return evaluationSchemas.fusion.parse(JSON.parse(JSON.stringify(printed(judged.value))));
}
