import type { AwaitedSource, Evidence, Explanation, ModalityKind, RiskScore, RiskTask } from '@concord/core/clinical';
import { logit, sigmoid } from '@concord/core/kernel';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrate, curveDraws } from '@concord/stages/calibration';
import { interactions, rationale, uncertaintyOf } from '@concord/stages/explanation';
import type { ModalityInput } from './inputs.ts';
import { headView, type View } from './view.ts';

interface ExplanationQuestion {
  readonly view: View;
  readonly task: RiskTask;
  readonly calibration: CalibrationEntry;
  readonly bundle: BundleManifest;
  readonly inputs: readonly ModalityInput[];
  readonly score: RiskScore;
  readonly evidence: readonly Evidence[];
}

/** What stands behind a score beyond its reasons, all from the batch that the score came from. */
export function explanationOf(question: ExplanationQuestion): Explanation {
  const { view, calibration, score, evidence } = question;
  const seen = headView(view, calibration.head);
  const pairs = interactions(view.pattern.length, seen.values).flatMap(({ pair, value }) => {
    const [first, second] = [view.pattern[pair[0]], view.pattern[pair[1]]];
    return first === undefined || second === undefined ? [] : [{ modalities: [first, second] as const, value }];
  });
  const missing = awaitedOf(question);
  const awaited = missing.map(({ source }) => source);
  const [most] = missing;
  return {
    interactions: pairs,
    uncertainty: uncertaintyOf({
      draws: curveDraws(seen.logit, calibration),
      alone: view.pattern.map((_, place) => sigmoid(calibration.slope * (seen.values[1 << place] ?? 0) + calibration.intercept)),
      withMissing: most?.chances ?? [],
    }),
    awaited,
    rationale: rationale({ probability: score.probability, interval: score.interval, evidence, interactions: pairs, awaited }),
  };
}

interface Awaited {
  readonly source: AwaitedSource;
  /** What the score would be with this source of each reference patient. */
  readonly chances: readonly number[];
}

/** Sources of the task that were not used, the one whose arrival would change most first. */
function awaitedOf({ view, task, calibration, bundle, inputs, score }: ExplanationQuestion): readonly Awaited[] {
  const asked = [...task.required, ...task.optional];
  const head = view.heads.indexOf(calibration.head);
  const made = inputs
    .filter(({ plugin }) => asked.includes(plugin.kind) && !view.pattern.includes(plugin.kind))
    .map((input): Awaited => {
      const { kind: modality } = input.plugin;
      const larger = calibrationWith(bundle, calibration, modality);
      const chances = larger === undefined ? [] : (view.withReference.get(modality) ?? []).map((logits) => calibrate(logits[head] ?? 0, larger).probability);
      const expectedChange = chances.length === 0 ? null : mean(chances.map((chance) => Math.abs(chance - score.probability)));
      return { source: { modality, state: stateOf(input), expectedChange, widerBy: larger === undefined ? null : widerBy(score, larger) }, chances };
    });
  return made.sort((a, b) => (b.source.expectedChange ?? -1) - (a.source.expectedChange ?? -1));
}

function stateOf({ kind }: ModalityInput): AwaitedSource['state'] {
  return kind === 'ready' || kind === 'unfit' ? 'unused' : kind;
}

function calibrationWith({ calibrations }: BundleManifest, { head, pattern }: CalibrationEntry, kind: ModalityKind): CalibrationEntry | undefined {
  return calibrations.find(
    (other) => other.head === head && other.pattern.length === pattern.length + 1 && [...pattern, kind].every((one) => other.pattern.includes(one)),
  );
}

/** The interval at this probability less the interval that the larger set of sources would have there. */
function widerBy({ probability, interval }: RiskScore, larger: CalibrationEntry): number {
  const there = calibrate((logit(probability) - larger.intercept) / larger.slope, larger).interval;
  return Math.max(0, interval[1] - interval[0] - (there[1] - there[0]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
