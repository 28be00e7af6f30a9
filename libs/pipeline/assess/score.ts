import type { PatientTimeline, RiskScore } from '@concord/core/clinical';
import { invariant, type Instant } from '@concord/core/kernel';
import { headsBeside, type BundleManifest, type CalibrationEntry } from '@concord/governance/models';
import { calibrate, monotone, type Calibrated } from '@concord/stages/calibration';
import type { Share } from '@concord/stages/explanation';
import type { Logits } from '@concord/stages/fusion';
import type { ModalityInput } from './inputs.ts';
import { headView, type HeadView, type View } from './view.ts';

interface ScoreQuestion {
  readonly calibration: CalibrationEntry;
  readonly known: PatientTimeline;
  readonly bundle: BundleManifest;
}

/** The calibrated score of one head, with what it says about itself. */
export function scoreOf(view: View, { calibration, known, bundle }: ScoreQuestion): RiskScore {
  const seen = headView(view, calibration.head);
  const { probability, interval } = calibrated(view.coalitions.at(-1) ?? [], calibration, bundle);
  return {
    probability,
    interval,
    logit: seen.logit,
    baselineLogit: seen.baselineLogit,
    calibrationId: calibration.id,
    evidenceLevel: calibration.evidenceLevel[known.stays.at(-1)?.value.setting ?? 'ward'],
    pattern: calibration.pattern,
    shapley: view.pattern.map((modality, place) => ({ modality, value: seen.shapley[place] ?? 0 })),
  };
}

/** Calibrates this head and every shorter one on the same modalities, so that the horizons agree whichever task is asked. */
export function calibrated(logits: Logits, calibration: CalibrationEntry, bundle: BundleManifest): Calibrated {
  const beside = headsBeside(calibration, bundle);
  const heads = beside.slice(0, beside.indexOf(calibration.head) + 1);
  const answers = heads.flatMap((head, place) => {
    const own = bundle.calibrations.find((other) => other.head === head && other.pattern.join() === calibration.pattern.join());
    return own === undefined ? [] : [calibrate(logits[place] ?? 0, own)];
  });
  const answer = monotone(answers).at(-1);
  invariant(answer !== undefined, 'the calibration belongs to a head of the bundle');
  return answer;
}

interface ShareQuestion {
  readonly view: View;
  readonly known: PatientTimeline;
  readonly at: Instant;
  readonly inputs: readonly ModalityInput[];
}

/** Each used modality's Shapley value, and what its plug-in says of its tokens or channels. */
export function sharesOf(seen: HeadView, { view, known, at, inputs }: ShareQuestion): readonly Share[] {
  return view.pattern.map((modality, place) => {
    const plugin = inputs.find((input) => input.plugin.kind === modality)?.plugin;
    const stream = known.streams.get(modality);
    const speaker = view.parts === 'channels' ? plugin?.table : plugin;
    const drafts = speaker === undefined || stream === undefined ? [] : speaker.attribute(stream, at, seen.contributions(modality));
    return { modality, shapley: seen.shapley[place] ?? 0, drafts };
  });
}
