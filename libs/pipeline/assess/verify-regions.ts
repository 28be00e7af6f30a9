import {
  asOf,
  type Assessment,
  type Evidence,
  type EvidenceDraft,
  type Faithfulness,
  type ModalityKind,
  type ModalityPlugin,
  type PatientTimeline,
  type PlaneBox,
  type RegionCheck,
  type RiskScore,
} from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { Hash, ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { explain, findRegions, rationale, sweep, TOLERANCE, type FoundRegion } from '@concord/stages/explanation';
import type { Logits } from '@concord/stages/fusion';
import { tokensOf } from './encode-once.ts';
import { inputsOf, type ModalityInput } from './inputs.ts';
import { occlusionOf, searchOf, type Occlusion, type Picture } from './occlusion.ts';
import { pinsOf } from './pins.ts';
import { proveRegions } from './prove-regions.ts';
import { calibrated } from './score.ts';
import { unavailable } from './view.ts';

export interface VerifyParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly hash: Hash;
}

/** Scores of one patient, all of one moment and revision. */
export interface VerifyQuestion {
  /** Loaded up to the revision that the assessments pin. */
  readonly timeline: PatientTimeline;
  readonly stored: readonly Assessment[];
}

/** @returns per stored score its check, or undefined where there is no picture in it, or its inputs or model are not what they were. */
export type VerifyRegions = (question: VerifyQuestion) => Promise<readonly (RegionCheck | undefined)[]>;

/**
 * Replaces the preview of where a picture speaks by regions that were verified: found by covering part after part and asking
 * the same score again, confirmed by another way of covering, and compared with regions of the same size elsewhere. The same
 * score gives the same check: places elsewhere are drawn from a seed that is made of its inputs.
 */
export function createVerifyRegions(parts: VerifyParts): VerifyRegions {
  return async ({ timeline, stored }) => {
    const looks = new Map<string, Promise<Looks | undefined>>();
    const checks = [];
    for (const assessment of stored) {
      const { outcome } = assessment;
      if (outcome.kind === 'abstained' || assessment.bundle !== parts.bundle.id) {
        checks.push(undefined);
        continue;
      }
      const key = outcome.score.pattern.join();
      const look = looks.get(key) ?? lookAt({ assessment, timeline, stored }, parts);
      looks.set(key, look);
      checks.push(await check({ assessment, score: outcome.score, looks: await look, parts }).catch(unavailable));
    }
    return checks;
  };
}

/** One picture with what was found on it. */
interface Look {
  readonly picture: Picture;
  readonly occlusion: Occlusion;
  readonly found: readonly FoundRegion[];
}

/** Every picture that the scores of one pattern read. */
interface Looks {
  readonly known: PatientTimeline;
  readonly each: readonly Look[];
}

interface LookQuestion extends VerifyQuestion {
  readonly assessment: Assessment;
}

/** One search for all horizons, on the last of them: the box stays where it is when a reader changes the horizon. */
async function lookAt({ assessment, timeline, stored }: LookQuestion, parts: VerifyParts): Promise<Looks | undefined> {
  const { asOf: at, pins, outcome } = assessment;
  const known = asOf(timeline, at);
  const inputs = inputsOf(known, at, parts);
  if (outcome.kind === 'abstained' || pinsOf({ known, at, inputs }, parts).inputsSha256 !== pins.inputsSha256) return undefined;
  const { pattern } = outcome.score;
  const pictures = (await picturesIn(inputs, pattern, parts).catch(unavailable)) ?? [];
  const last = stored.map(scoreIn).findLast((score) => score?.pattern.join() === pattern.join());
  const calibration = parts.bundle.calibrations.find(({ id }) => id === last?.calibrationId);
  if (pictures.length === 0 || calibration === undefined || calibration.scorer !== undefined) return undefined;
  const head = parts.bundle.fusion.heads.indexOf(calibration.head);
  const each: Look[] = [];
  for (const picture of pictures) {
    const occlusion = occlusionOf(picture, parts);
    const found = await regionsIn(picture, occlusion, head).catch(unavailable);
    if (found === undefined) return undefined;
    each.push({ picture, occlusion, found });
  }
  return { known, each };
}

function scoreIn({ outcome }: Assessment): RiskScore | undefined {
  return outcome.kind === 'scored' ? outcome.score : undefined;
}

/** Where one head of the model looks. */
async function regionsIn(picture: Picture, occlusion: Occlusion, head: number): Promise<readonly FoundRegion[]> {
  const search = await searchOf(picture, occlusion, head);
  return findRegions(await sweep(search), search);
}

/** Every view of the picture among the inputs of a pattern, with the tokens of every source; none when there is no picture. */
export async function picturesIn(inputs: readonly ModalityInput[], pattern: readonly ModalityKind[], parts: VerifyParts): Promise<readonly Picture[]> {
  for (const input of inputs) {
    const { plugin } = input;
    if (input.kind !== 'ready' || plugin.regions === undefined || !pattern.includes(plugin.kind)) continue;
    const source = { plugin, regions: plugin.regions, tokens: await tokensOf(inputs, parts), pattern };
    return input.tensors.map((tensor, view) => ({ ...source, tensor, place: { view, of: input.tensors.length } }));
  }
  return [];
}

interface CheckQuestion {
  readonly assessment: Assessment;
  readonly score: RiskScore;
  readonly looks: Looks | undefined;
  readonly parts: VerifyParts;
}

async function check({ assessment, score, looks, parts }: CheckQuestion): Promise<RegionCheck | undefined> {
  const calibration = parts.bundle.calibrations.find(({ id }) => id === score.calibrationId);
  const [first] = looks?.each ?? [];
  if (looks === undefined || first === undefined || calibration === undefined || calibration.scorer !== undefined) return undefined;
  const head = parts.bundle.fusion.heads.indexOf(calibration.head);
  const whole = (await first.occlusion.whole())[head] ?? 0;
  if (Math.abs(whole - score.logit) > TOLERANCE) return undefined;
  const question = { known: looks.known, head, score, calibration, bundle: parts.bundle, seed: assessment.pins.inputsSha256 };
  const said: Said[] = [];
  for (const look of looks.each) said.push(...(await regionsOf({ ...question, look })));
  return checkOf(said, first.picture.plugin.kind, { assessment, score });
}

function checkOf(said: readonly Said[], kind: ModalityKind, { assessment, score }: Pick<CheckQuestion, 'assessment' | 'score'>): RegionCheck {
  const shapley = score.shapley.find(({ modality }) => modality === kind)?.value ?? 0;
  const evidence = explain([{ modality: kind, shapley, drafts: said.map(({ draft }) => draft) }]);
  const others = outcomeEvidence(assessment).filter(({ modality }) => modality !== kind);
  const faithfulness = said.flatMap(({ draft, proof }): readonly Faithfulness[] => {
    const item = evidence.find((one) => isFrom(one, draft));
    return item === undefined ? [] : [{ evidenceId: item.id, ...proof }];
  });
  return { modality: kind, evidence, faithfulness, rationale: rationaleWith([...others, ...evidence], assessment, score) };
}

function outcomeEvidence({ outcome }: Assessment): readonly Evidence[] {
  return outcome.kind === 'scored' ? outcome.evidence : [];
}

/** The sentences quote the items, so new items need new sentences. */
function rationaleWith(evidence: readonly Evidence[], { outcome }: Assessment, { probability, interval }: RiskScore): string | null {
  const explanation = outcome.kind === 'scored' ? outcome.explanation : undefined;
  if (explanation === undefined) return null;
  return rationale({ probability, interval, evidence, interactions: explanation.interactions, awaited: explanation.awaited });
}

function isFrom(item: EvidenceDraft, draft: EvidenceDraft): boolean {
  return item.pointer === draft.pointer && item.text === draft.text;
}

interface RegionsQuestion {
  readonly look: Look;
  readonly known: PatientTimeline;
  readonly head: number;
  readonly score: RiskScore;
  readonly calibration: CalibrationEntry;
  readonly bundle: BundleManifest;
  readonly seed: string;
}

interface Said {
  readonly draft: EvidenceDraft;
  readonly proof: Omit<Faithfulness, 'evidenceId'>;
}

/** What each region does, in the words and the probability of this score. */
async function regionsOf({ look, known, head, score, calibration, bundle, seed }: RegionsQuestion): Promise<readonly Said[]> {
  const { picture } = look;
  const rngOf = (box: PlaneBox) => seededRng(`${seed} ${calibration.id} ${Object.values(box).join(' ')}`);
  const changeOf = (logits: Logits): number => score.probability - calibrated(logits, calibration, bundle).probability;
  const stream = known.streams.get(picture.plugin.kind);
  return (await proveRegions({ ...look, head, rngOf })).flatMap(({ box, confirmed, covered, elsewhere, holds }) => {
    const place = stream && picture.regions.place(stream, box, picture.place);
    if (place === undefined) return [];
    const others = elsewhere.reduce((sum, logits) => sum + Math.abs(changeOf(logits)), 0) / Math.max(1, elsewhere.length);
    return [
      {
        draft: { ...place.where, contribution: confirmed, text: place.text },
        proof: { change: changeOf(covered), elsewhere: others, regions: elsewhere.length, holds },
      },
    ];
  });
}
