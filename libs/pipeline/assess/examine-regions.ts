import { asOf, type EvidencePointer, type ModalityKind, type PatientTimeline, type TensorInput } from '@concord/core/clinical';
import { seededRng, type Instant } from '@concord/core/kernel';
import { effectMap, elsewhere, findRegions, holds, sweep } from '@concord/stages/explanation';
import { inputsOf } from './inputs.ts';
import { occlusionOf, searchOf } from './occlusion.ts';
import { pictureIn, type VerifyParts } from './verify-regions.ts';

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
  /** Mean effect of the windows over each cell, row-major. */
  readonly map: Float32Array;
  readonly tensor: TensorInput;
  /** Logits with other pictures in its place. */
  logitsOf(tensors: readonly TensorInput[]): Promise<readonly number[]>;
}

/** What the job does to a served score, laid open for a benchmark. @returns undefined when there is no picture to ask about. */
export async function examineRegions({ timeline, at, pattern, head: name }: ExamineQuestion, parts: VerifyParts): Promise<Examined | undefined> {
  const picture = await pictureIn(inputsOf(asOf(timeline, at), at, parts.plugins), pattern, parts);
  if (picture === undefined) return undefined;
  const head = parts.bundle.fusion.heads.indexOf(name);
  const occlusion = occlusionOf(picture, parts);
  const search = await searchOf(picture, occlusion, head);
  const swept = await sweep(search);
  const found = await findRegions(swept, search);
  const stream = timeline.streams.get(picture.plugin.kind);
  const regions: ExaminedRegion[] = [];
  for (const { box, effect } of found) {
    const others = elsewhere(
      box,
      found.map((one) => one.box),
      search,
      seededRng(Object.values(box).join(' ')),
    );
    const [confirmed = 0, ...rest] = await search.ask([box, ...others], 'mean');
    const said = stream && picture.regions.place(stream, box);
    if (said !== undefined) regions.push({ where: said.where, effect, confirmed, holds: holds(effect, confirmed, rest) });
  }
  return {
    whole: (await occlusion.whole())[head] ?? 0,
    regions,
    map: effectMap(swept, search),
    tensor: picture.tensor,
    logitsOf: async (tensors) => (await occlusion.others(tensors)).map((logits) => logits[head] ?? 0),
  };
}
