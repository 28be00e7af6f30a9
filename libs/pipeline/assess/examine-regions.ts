import { asOf, type EvidencePointer, type ModalityKind, type PatientTimeline, type TensorInput } from '@concord/core/clinical';
import { seededRng, type Instant } from '@concord/core/kernel';
import { effectMap, findRegions, sweep } from '@concord/stages/explanation';
import { inputsOf } from './inputs.ts';
import { occlusionOf, searchOf } from './occlusion.ts';
import { proveRegions } from './prove-regions.ts';
import { picturesIn, type VerifyParts } from './verify-regions.ts';

/** One head of a model asked where on a picture it looks. */
export interface ExamineQuestion {
  readonly timeline: PatientTimeline;
  readonly at: Instant;
  readonly pattern: readonly ModalityKind[];
  readonly head: string;
}

export interface ExaminedRegion {
  readonly where: EvidencePointer;
  /** Logit units, by the cover it was found with and by the one that it is judged by. */
  readonly effect: number;
  readonly confirmed: number;
  readonly holds: boolean;
}

export interface Examined {
  readonly whole: number;
  /** The strongest first. */
  readonly regions: readonly ExaminedRegion[];
  /** What the windows over each cell do beyond their change, row-major. */
  readonly map: Float32Array;
  /** Covered pictures that the model was asked about. */
  readonly covers: number;
  readonly tensor: TensorInput;
  /** Logits with other pictures in its place. */
  logitsOf(tensors: readonly TensorInput[]): Promise<readonly number[]>;
}

/** What the job does to a served score, laid open for a benchmark. @returns undefined when there is no picture to ask about. */
export async function examineRegions(question: ExamineQuestion, parts: VerifyParts): Promise<Examined | undefined> {
  const swept = await sweptPicture(question, parts);
  if (swept === undefined) return undefined;
  const { picture, occlusion, head, search, windows } = swept;
  const found = await findRegions(windows, search);
  const stream = question.timeline.streams.get(picture.plugin.kind);
  const proven = await proveRegions({ picture, occlusion, head, found, rngOf: (box) => seededRng(Object.values(box).join(' ')) });
  const regions = proven.flatMap(({ box, effect, confirmed, holds }): readonly ExaminedRegion[] => {
    const said = stream && picture.regions.place(stream, box, picture.place);
    return said === undefined ? [] : [{ where: said.where, effect, confirmed, holds }];
  });
  return {
    whole: (await occlusion.whole())[head] ?? 0,
    regions,
    map: effectMap(windows, search),
    covers: occlusion.asked(),
    tensor: picture.tensor,
    logitsOf: async (tensors) => (await occlusion.others(tensors)).map((logits) => logits[head] ?? 0),
  };
}

/** The map alone, without looking for regions. */
export async function mapOfPicture(question: ExamineQuestion, parts: VerifyParts): Promise<Float32Array | undefined> {
  const swept = await sweptPicture(question, parts);
  return swept && effectMap(swept.windows, swept.search);
}

async function sweptPicture({ timeline, at, pattern, head: name }: ExamineQuestion, parts: VerifyParts) {
  const [picture] = await picturesIn(inputsOf(asOf(timeline, at), at, parts), pattern, parts);
  if (picture === undefined) return undefined;
  const head = parts.bundle.fusion.heads.indexOf(name);
  const occlusion = occlusionOf(picture, parts);
  const search = await searchOf(picture, occlusion, head);
  return { picture, occlusion, head, search, windows: await sweep(search) };
}
