import type { PlaneBox } from '@concord/core/clinical';
import type { Rng } from '@concord/core/ports';
import { elsewhere, holds, type FoundRegion } from '@concord/stages/explanation';
import type { Logits } from '@concord/stages/fusion';
import type { Occlusion, Picture } from './occlusion.ts';

/** What was found on one picture for one head. */
export interface ProofQuestion {
  readonly picture: Picture;
  readonly occlusion: Occlusion;
  readonly head: number;
  readonly found: readonly FoundRegion[];
  /** Draws the places elsewhere that a region is compared with. */
  readonly rngOf: (box: PlaneBox) => Rng;
}

export interface ProvenRegion {
  readonly box: PlaneBox;
  /** What the head's logit loses, by the cover that the region was found with and by the other one, which it is judged by. */
  readonly effect: number;
  readonly confirmed: number;
  /** With the region covered, by the cover that it is judged by; of all heads, because a probability may need several. */
  readonly covered: Logits;
  /** The same for places of its size elsewhere. */
  readonly elsewhere: readonly Logits[];
  readonly holds: boolean;
}

/** Judges each found region by the cover that it was not found with, beside places of its size elsewhere. */
export async function proveRegions({ picture, occlusion, head, found, rngOf }: ProofQuestion): Promise<readonly ProvenRegion[]> {
  const whole = (await occlusion.whole())[head] ?? 0;
  const boxes = found.map(({ box }) => box);
  const proven: ProvenRegion[] = [];
  for (const { box, effect } of found) {
    const [covered = [], ...others] = await occlusion.covered([box, ...elsewhere(box, boxes, picture.regions, rngOf(box))], 'mean');
    const effectOf = (logits: Logits): number => whole - (logits[head] ?? 0);
    proven.push({ box, effect, confirmed: effectOf(covered), covered, elsewhere: others, holds: holds(effect, effectOf(covered), others.map(effectOf)) });
  }
  return proven;
}
