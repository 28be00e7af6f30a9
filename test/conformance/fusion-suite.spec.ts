import { afterAll, describe, expect, it } from 'vitest';
import { blocksFolder, readBundle, SessionPool } from '@concord/adapters/onnx';
import { evaluationSchemas } from '@concord/contracts';
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
import { fusionSuite, printed, type TruthGenerator } from '@concord/pipeline/evaluate';

const folders = { models: new URL('../../infra/models', import.meta.url).pathname };
const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
afterAll(() => runner.close());

const generator: TruthGenerator<TokenPatient> = {
  sources: TOKEN_SOURCES,
  cohort: (wish) => tokenCohort(wish),
  game: (patient, players, head) => optimalGame(patient, players as readonly TokenSource[], head as TokenHead),
  whereAbsenceSpeaks: (patient, measured) => optimalWhereAbsenceSpeaks(patient, measured as readonly TokenSource[]),
  pairEvidence: (report, film) => pairEvidence(report.sources['radiology-report'], film.sources['chest-imaging']),
};

describe('fusion, on a few hundred patients whose truth is known', () => {
  it('keeps the properties that the bundle was released with', async () => {
    const bundle = await readBundle(folders, 'benchmark-fusion' as BundleId);
    const suite = fusionSuite({ bundle, runner, generator }, { asTheyCome: 3_500, complete: 500, mislinked: 400, pairs: 100 });
    const judged = await suite.run({
      files: {
        names: () => Promise.resolve([]),
        text: () => Promise.resolve(undefined),
        lines: () => Promise.resolve(undefined),
        bytes: () => Promise.resolve(undefined),
        members: () => Promise.resolve(undefined),
      },
      seed: 3,
      draws: 20,
      progress: () => undefined,
    });
    if (!judged.ok) throw new Error(judged.error.kind);
    const json = evaluationSchemas.fusion.parse(JSON.parse(JSON.stringify(printed(judged.value))));
    expect(json.xorAuroc).toBeGreaterThan(0.95);
    expect(Math.abs(json.lateFusionXorAuroc - 0.5)).toBeLessThan(0.08);
    expect(json.efficiencyResidual).toBeLessThan(1e-5);
    expect(json.retrieval.value / json.retrieval.ceiling).toBeGreaterThan(0.85);
    for (const pattern of json.patterns) {
      const [, high = 1] = json.ci[`patterns.${pattern.pattern.join('+')}.fusedOverBest`] ?? [];
      expect(high, pattern.pattern.join('+')).toBeGreaterThanOrEqual(0);
      expect(json.ci).toHaveProperty([`patterns.${pattern.pattern.join('+')}.fusedAuroc`]);
    }
  });
});
