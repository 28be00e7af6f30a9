import type { AwaitedSource, Evidence, Explanation, ModalityKind, PatientTimeline, PieceOfSource, RiskScore } from '@concord/core/clinical';
import { logit, sigmoid } from '@concord/core/kernel';
import type { CalibrationEntry } from '@concord/governance/models';
import { calibrate, curveDraws } from '@concord/stages/calibration';
import { interactions, rationale, uncertaintyOf } from '@concord/stages/explanation';
import type { ModalityInput } from './inputs.ts';
import { headView, type View } from './view.ts';

/** A source of the task that was not used. */
export interface Missing {
  readonly kind: ModalityKind;
  readonly state: AwaitedSource['state'];
  /** What would answer if it were there; undefined where the bundle would not use it beside the others. */
  readonly larger: CalibrationEntry | undefined;
  /** What the score would be with this source of each reference patient; undefined where nobody can be asked. */
  readonly chances: readonly number[] | undefined;
}

interface ExplanationQuestion {
  readonly view: View;
  readonly calibration: CalibrationEntry;
  readonly missing: readonly Missing[];
  readonly score: RiskScore;
  readonly evidence: readonly Evidence[];
  readonly pieces: readonly PieceOfSource[];
}

/** Of every source of the answer that holds several pieces: which were read, and why not the others. */
export function piecesOf(inputs: readonly ModalityInput[], pattern: readonly ModalityKind[], { streams }: PatientTimeline): readonly PieceOfSource[] {
  return inputs.flatMap((input) => {
    const { kind: modality, views } = input.plugin;
    const stream = streams.get(modality);
    if (input.kind !== 'ready' || views === undefined || stream === undefined || !pattern.includes(modality)) return [];
    return views.pieces(stream, input.tensors.length).map((piece) => ({ ...piece, modality }));
  });
}

/** What stands behind a score beyond its reasons, all from the batch that the score came from. */
export function explanationOf(question: ExplanationQuestion): Explanation {
  const { view, calibration, score, evidence, pieces } = question;
  const seen = headView(view, calibration.head);
  const pairs = interactions(view.pattern.length, seen.values).flatMap(({ pair, value }) => {
    const [first, second] = [view.pattern[pair[0]], view.pattern[pair[1]]];
    return first === undefined || second === undefined ? [] : [{ modalities: [first, second] as const, value }];
  });
  const missing = awaitedOf(question);
  const awaited = missing.map(({ source }) => source);
  const most = missing.find(({ chances }) => chances.length > 0);
  return {
    interactions: pairs,
    uncertainty: uncertaintyOf({
      draws: curveDraws(seen.logit, calibration),
      alone: view.pattern.map((_, place) => sigmoid(calibration.slope * (seen.values[1 << place] ?? 0) + calibration.intercept)),
      withMissing: most?.chances ?? [],
    }),
    awaited,
    ...(pieces.length === 0 ? {} : { pieces }),
    rationale: rationale({ probability: score.probability, interval: score.interval, evidence, interactions: pairs, awaited }),
  };
}

interface Awaited {
  readonly source: AwaitedSource;
  readonly chances: readonly number[];
}

/** The one whose arrival would change most first. One that would not be used beside the others changes nothing. */
function awaitedOf({ missing, score }: ExplanationQuestion): readonly Awaited[] {
  const made = missing.map(({ kind: modality, state, larger, chances = [] }): Awaited => {
    if (larger === undefined) return { source: { modality, state, expectedChange: 0, widerBy: 0 }, chances };
    const expectedChange = chances.length === 0 ? null : mean(chances.map((chance) => Math.abs(chance - score.probability)));
    return { source: { modality, state, expectedChange, widerBy: widerBy(score, larger) }, chances };
  });
  return made.sort((a, b) => (b.source.expectedChange ?? -1) - (a.source.expectedChange ?? -1));
}

/** The interval at this probability less the interval that the larger set of sources would have there. */
function widerBy({ probability, interval }: RiskScore, larger: CalibrationEntry): number {
  const there = calibrate((logit(probability) - larger.intercept) / larger.slope, larger).interval;
  return Math.max(0, interval[1] - interval[0] - (there[1] - there[0]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
