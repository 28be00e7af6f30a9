import { ok, seededRng, type Result } from '@concord/core/kernel';
import { bootstrap } from './bootstrap.ts';
import { judgePatterns } from './fusion-patterns.ts';
import { GALLERY, measureClock, measureContributions, measureEnsemble, measureMislink, measureRetrieval, type Measured } from './fusion-properties.ts';
import type { FusionParts, TruthPatient } from './fusion-rows.ts';
import type { Figures, Interval, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

/** Patients of each cohort: enough for the third decimal of an AUROC, and to tell two maps of the rarest pattern apart. */
const COUNTS = { asTheyCome: 60_000, complete: 3_000, mislinked: 3_000, pairs: 10 * GALLERY };
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
  const cohort = (name: keyof typeof COUNTS, measured: 'complete' | 'by-severity', mislink?: number): readonly TruthPatient[] => [
    ...parts.generator.cohort({ seed: `evaluate-${name}-${seed}`, count: counts[name], measured, ...(mislink === undefined ? {} : { mislink }) }),
  ];
  const rng = seededRng(seed);
  const plan = { draws: Math.min(draws, DRAWS_MOST), rng };
  const patterns = await judgePatterns(cohort('asTheyCome', 'by-severity', 0), parts, {
    ...plan,
    progress: (done, total) => {
      progress({ step: 'patterns', done, total });
    },
  });
  const complete = cohort('complete', 'complete', 0);
  const properties: readonly Measured[] = [
    await measureContributions(complete, parts),
    await measureClock(complete, parts),
    await measureEnsemble(complete, parts),
    await measureMislink(cohort('mislinked', 'complete'), parts),
    await measureRetrieval(cohort('pairs', 'complete', 0), parts),
  ];
  const judged = properties.map((property) => judgeProperty(property, plan));
  return ok({
    suite: 'fusion',
    bundle: parts.bundle.id,
    n: counts.asTheyCome,
    nPatients: Object.values(counts).reduce((sum, count) => sum + count, 0),
    resampled: 'patient',
    figures: {
      patterns: patterns.figures,
      ...nested(Object.assign({ 'retrieval.chance': 0.1, 'mislink.chance': 0.5 }, ...judged.map(({ figures }) => figures)) as Readonly<Record<string, number>>),
    },
    ci: Object.assign({}, patterns.ci, ...judged.map(({ ci }) => ci)) as Readonly<Record<string, Interval>>,
  });
}

function judgeProperty({ units, figures }: Measured, { draws, rng }: { readonly draws: number; readonly rng: { next(): number } }) {
  return { figures: figures(() => 1), ci: bootstrap({ units, draws, rng }, (draw) => figures((unit) => draw[unit] ?? 0)) };
}

/** `a.b` becomes b inside a. */
function nested(flat: Readonly<Record<string, number>>): Figures {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    let place = tree;
    for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
    place[names.at(-1) ?? path] = value;
  }
  return tree as Figures;
}
