import { ok, seededRng, type Result } from '@concord/core/kernel';
import { bootstrap } from './bootstrap.ts';
import { measureAtRandom } from './fusion-at-random.ts';
import { judgePatterns, perPattern } from './fusion-patterns.ts';
import { GALLERY, measureClock, measureContributions, measureEnsemble, measureMislink, measureRetrieval, type Measured } from './fusion-properties.ts';
import type { FusionParts, TruthPatient } from './fusion-rows.ts';
import { nested } from './nested.ts';
import type { Interval, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

/** Patients of each pattern and of each cohort: enough for the third decimal of an AUROC, and for a slope to a twentieth (ADR 0066). */
const COUNTS = { ofEachPattern: 10_000, complete: 3_000, mislinked: 3_000, atRandom: 10_000, pairs: 10 * GALLERY };
/** So many are drawn at most for each one that is judged: one in seventeen has the rarest pattern. */
const DRAWN_FOR_ONE = 40;
/** A property over thousands of patients is drawn again often enough for two digits. */
const DRAWS_MOST = 200;

/**
 * Properties of fusion on patients of tokens whose truth is known; own bundle, same code, no clinical accuracy.
 * @param counts patients of each cohort; a test asks fewer.
 */
export function fusionSuite(parts: FusionParts, counts = COUNTS): Suite {
  return {
    name: 'fusion',
    title: 'Fusion on generated patients with known truth: every pattern, interaction, contributions, calibration.',
    reads: [],
    run: (question) => judge(question, parts, counts),
  };
}

async function judge({ seed, draws, progress }: SuiteQuestion, parts: FusionParts, counts: typeof COUNTS): Promise<Result<SuiteReport, SuiteError>> {
  const cohort = cohorts(parts.generator, counts, seed);
  const patterned = asTheyComeOf(parts.generator, counts.ofEachPattern, seed);
  const asTheyCome = [...patterned.values()].reduce((sum, own) => sum + own.length, 0);
  const rng = seededRng(seed);
  const plan = { draws: Math.min(draws, DRAWS_MOST), rng };
  const patterns = await judgePatterns(patterned, parts, {
    ...plan,
    progress: (done, total) => {
      progress({ step: 'patterns', done, total });
    },
  });
  const [complete, mixed] = [cohort('complete', 0), cohort('mislinked')];
  const properties: readonly Measured[] = [
    await measureContributions(complete, parts),
    await measureClock(complete, parts),
    await measureEnsemble({ linked: complete, mixed }, parts),
    await measureMislink(mixed, parts),
    await measureAtRandom(cohort('atRandom', 0), parts),
    await measureRetrieval(cohort('pairs', 0), parts),
  ];
  const judged = properties.map((property) => judgeProperty(property, plan));
  return ok({
    suite: 'fusion',
    bundle: parts.bundle.id,
    n: asTheyCome,
    nPatients: asTheyCome + counts.complete + counts.mislinked + counts.atRandom + counts.pairs,
    resampled: 'patient',
    figures: {
      patterns: patterns.figures,
      ...nested(Object.assign({ 'retrieval.chance': 0.1, 'mislink.chance': 0.5 }, ...judged.map(({ figures }) => figures)) as Readonly<Record<string, number>>),
    },
    ci: Object.assign({}, patterns.ci, ...judged.map(({ ci }) => ci)) as Readonly<Record<string, Interval>>,
  });
}

/** Patients by the name of their cohort: complete but where sources are missing at random. */
function cohorts(generator: FusionParts['generator'], counts: typeof COUNTS, seed: number) {
  return (name: Exclude<keyof typeof COUNTS, 'ofEachPattern'>, mislink?: number): readonly TruthPatient[] => {
    const measured = name === 'atRandom' ? 'at-random' : 'complete';
    return [...generator.cohort({ seed: `evaluate-${name}-${seed}`, count: counts[name], measured, ...(mislink === undefined ? {} : { mislink }) })];
  };
}

/** As many patients of each pattern, each measured as it comes: the sick more. */
function asTheyComeOf(generator: FusionParts['generator'], count: number, seed: number) {
  const patients = generator.cohort({ seed: `evaluate-asTheyCome-${seed}`, count: count * DRAWN_FOR_ONE, measured: 'by-severity', mislink: 0 });
  return perPattern(patients, count, 2 ** generator.sources.length - 1);
}

function judgeProperty({ units, figures }: Measured, { draws, rng }: { readonly draws: number; readonly rng: { next(): number } }) {
  return { figures: figures(() => 1), ci: bootstrap({ units, draws, rng }, (draw) => figures((unit) => draw[unit] ?? 0)) };
}
