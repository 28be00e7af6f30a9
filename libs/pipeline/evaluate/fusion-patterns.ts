import type { ModalityKind } from '@concord/core/clinical';
import { sigmoid } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { calibrate, isCovered } from '@concord/stages/calibration';
import { coalitionsOf } from '@concord/stages/explanation';
import { bootstrap, errorInterval } from './bootstrap.ts';
import { ece, observedExpected, recalibration, share } from './calibration.ts';
import { auroc } from './discrimination.ts';
import { calibrationOn, fused, lateLogit, tokensOf, type FusionParts, type TruthPatient } from './fusion-rows.ts';
import { bestSets, overOutcomes } from './fusion-truth.ts';
import { nested } from './nested.ts';
import { at, ranked, reweighted, type Ranked } from './predictions.ts';
import type { Figures, Interval } from './suite.ts';

const HEAD = 'outcome';
/** Figures that sum absolute differences: a draw of the bootstrap adds to them. */
const ERRORS: ReadonlySet<string> = new Set(['ece', 'pooledEce', 'truth.ece', 'truth.pooledEce']);

/** One availability pattern of the patients as they come. All arrays have one element per patient. */
interface PatternRows {
  readonly pattern: readonly string[];
  readonly outcome: Uint8Array;
  readonly covered: Uint8Array;
  /** Whether the set of each patient would hold the outcome if it happened, and if it did not. */
  readonly holds: readonly [without: Uint8Array, withIt: Uint8Array];
  /** What ranks or states the outcome: probabilities of `fused` and `pooled`; the rest only rank. */
  readonly scores: Readonly<Record<string, Float64Array>>;
}

export interface PatternJudgement {
  readonly figures: readonly Figures[];
  readonly ci: Readonly<Record<string, Interval>>;
}

export interface PatternPlan {
  readonly draws: number;
  readonly rng: Rng;
  readonly progress: (done: number, total: number) => void;
}

/**
 * The same number of patients of each availability pattern, from patients as they come: the rarest would else be judged worst.
 * @param patients of whom there are enough.
 */
export function perPattern(patients: Iterable<TruthPatient>, count: number, patterns: number): ReadonlyMap<string, readonly TruthPatient[]> {
  const by = new Map<string, TruthPatient[]>();
  let full = 0;
  for (const patient of patients) {
    if (patient.labels[HEAD] === null) continue;
    const name = patient.measured.join('+');
    const own = by.get(name) ?? [];
    if (own.length < count) by.set(name, own);
    else continue;
    own.push(patient);
    if (own.length === count) full += 1;
    if (full === patterns) break;
  }
  return by;
}

/** Every availability pattern of patients whose absence of a source may speak, against the best score there is. */
export async function judgePatterns(patients: ReadonlyMap<string, readonly TruthPatient[]>, parts: FusionParts, plan: PatternPlan): Promise<PatternJudgement> {
  const patterns = coalitionsOf(parts.generator.sources).slice(1);
  const figures: Figures[] = [];
  const ci: Record<string, Interval> = {};
  for (const pattern of patterns) {
    const judged = judgeOne(await rowsOf(patients.get(pattern.join('+')) ?? [], pattern, parts), plan);
    figures.push(judged.figures);
    for (const [name, interval] of Object.entries(judged.ci)) ci[`patterns.${pattern.join('+')}.${name}`] = interval;
    plan.progress(figures.length, patterns.length);
  }
  return { figures, ci };
}

async function rowsOf(patients: readonly TruthPatient[], pattern: readonly string[], parts: FusionParts): Promise<PatternRows> {
  const { bundle, generator } = parts;
  const kinds = bundle.fusion.layout.flatMap(({ modality }) => (pattern.includes(modality) ? [modality] : []));
  const place = bundle.fusion.heads.indexOf(HEAD);
  const tokens = await tokensOf(patients, parts);
  const headOf = async (seen: readonly ModalityKind[]): Promise<Float64Array> =>
    Float64Array.from(await fused(tokens, () => seen, parts), (logits) => logits[place] ?? 0);
  const together = await headOf(kinds);
  const alone = new Map<string, Float64Array>();
  for (const kind of kinds) alone.set(kind, await headOf([kind]));
  const own = calibrationOn(bundle, HEAD, pattern);
  const pooled = bundle.benchmark?.pooled.find(({ head }) => head === HEAD) ?? own;
  const outcome = Uint8Array.from(patients, ({ labels }) => labels[HEAD] ?? 0);
  const fusedProbability = together.map((logit) => calibrate(logit, own).probability);
  const lateOf = (row: number): number => lateLogit(new Map([...alone].map(([source, logits]) => [source, at(logits, row)])), HEAD, bundle);
  return {
    pattern,
    outcome,
    covered: Uint8Array.from(outcome, (y, row) => Number(isCovered(at(fusedProbability, row), y === 1, own))),
    holds: [
      Uint8Array.from(fusedProbability, (p) => Number(isCovered(p, false, own))),
      Uint8Array.from(fusedProbability, (p) => Number(isCovered(p, true, own))),
    ],
    scores: {
      fused: fusedProbability,
      pooled: together.map((logit) => calibrate(logit, pooled).probability),
      optimal: Float64Array.from(patients, (patient) => generator.whereAbsenceSpeaks(patient, pattern)).map((logit) => sigmoid(logit)),
      late: Float64Array.from(outcome, (_, row) => lateOf(row)),
      ...Object.fromEntries([...alone].map(([source, logits]) => [`alone:${source}`, logits])),
    },
  };
}

function judgeOne(rows: PatternRows, { draws, rng }: PatternPlan): { figures: Figures; ci: Readonly<Record<string, Interval>> } {
  const { pattern, outcome, covered, scores } = rows;
  const truth = overOutcomes(scores, rows.holds);
  const bestCovered = bestSets(scores['optimal'] ?? new Float64Array(), outcome);
  const rankings = Object.entries(scores).map(([name, score]) => [name, ranked({ score, outcome })] as const);
  const best = bestOf(rankings);
  const measure = (draw?: Uint32Array): Readonly<Record<string, number>> => {
    const weighted = draw === undefined ? rankings : rankings.map(([name, rows]) => [name, reweighted(rows, (row) => at(draw, row))] as const);
    return { ...measured(new Map(weighted), { covered, bestCovered }, best), ...truth((row) => (draw === undefined ? 1 : at(draw, row))) };
  };
  const sample = measure();
  const drawn = bootstrap({ units: outcome.length, draws, rng }, measure);
  const centred = Object.fromEntries(
    Object.entries(drawn).map(([name, interval]) => [name, ERRORS.has(name) ? errorInterval(interval, sample[name] ?? 0) : interval]),
  );
  const [coverageLow, coverageHigh] = centred['coverage'] ?? [0, 1];
  const positives = outcome.reduce((sum, y) => sum + y, 0);
  return {
    figures: { pattern, n: outcome.length, positives, bestUnimodal: best.replace('alone:', ''), ...nested(sample), coverageLow, coverageHigh },
    ci: centred,
  };
}

/** The single source that ranks best in the sample; fixed before the bootstrap, so that the comparison is with one source. */
function bestOf(rankings: readonly (readonly [string, Ranked])[]): string {
  const areas = rankings.flatMap(([name, rows]) => (name.startsWith('alone:') ? [{ name, area: auroc(rows) }] : []));
  return areas.reduce((best, next) => (next.area > best.area ? next : best)).name;
}

function measured(
  rankings: ReadonlyMap<string, Ranked>,
  { covered, bestCovered }: { readonly covered: Uint8Array; readonly bestCovered: Uint8Array },
  best: string,
): Readonly<Record<string, number>> {
  const areaOf = (name: string): number => {
    const rows = rankings.get(name);
    return rows === undefined ? Number.NaN : auroc(rows);
  };
  const [main, pooled, optimal] = [rankings.get('fused'), rankings.get('pooled'), rankings.get('optimal')];
  if (main === undefined || pooled === undefined || optimal === undefined) return {};
  const [fusedAuroc, bestUnimodalAuroc, optimalAuroc, lateAuroc] = [areaOf('fused'), areaOf(best), areaOf('optimal'), areaOf('late')];
  const [own, other] = [ece(main), ece(pooled)];
  return {
    fusedAuroc,
    bestUnimodalAuroc,
    optimalAuroc,
    lateAuroc,
    fusedOverBest: fusedAuroc - bestUnimodalAuroc,
    fusedBelowOptimal: optimalAuroc - fusedAuroc,
    slope: recalibration(main).slope,
    observedExpected: observedExpected(main),
    ece: own,
    pooledEce: other,
    eceGain: other - own,
    coverage: share(main, covered),
    'best.slope': recalibration(optimal).slope,
    'best.observedExpected': observedExpected(optimal),
    'best.coverage': share(optimal, bestCovered),
  };
}
