import type { CoverWay, ModalityKind, ModalityPlugin, ModalityRegions, PlaneBox, TensorInput, ViewPlace } from '@concord/core/clinical';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import type { AskCovered, RegionSearch } from '@concord/stages/explanation';
import { fuseViews, type Logits, type TokenViews } from '@concord/stages/fusion';
import { encodeAll } from './encode-once.ts';

export interface OcclusionParts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

/** A picture among the sources of one score: one of several views of its source, or the only one. */
export interface Picture {
  readonly plugin: ModalityPlugin;
  readonly regions: ModalityRegions;
  readonly tensor: TensorInput;
  readonly place: ViewPlace;
  /** Of every source of the pattern, the picture's own among them. */
  readonly tokens: TokenViews;
  readonly pattern: readonly ModalityKind[];
}

/** What the head says with parts of a picture covered; everything else of the patient stays as it is. */
export interface Occlusion {
  /** With nothing covered. */
  whole(): Promise<Logits>;
  covered(boxes: readonly PlaneBox[], way: CoverWay): Promise<readonly Logits[]>;
  /** How much of the picture that cover takes away; a box that was not asked about took nothing. */
  changeOf(box: PlaneBox, way: CoverWay): number;
  /** Covered pictures that the model has seen so far. */
  asked(): number;
  /** With other pictures in its place. */
  others(tensors: readonly TensorInput[]): Promise<readonly Logits[]>;
}

/** Covered pictures go through the model in runs this long, so that a bedside score waits for a run and not for a sweep. */
const RUN = 16;

/** Remembers what it was asked: the horizons of one patient ask about the same boxes. */
export function occlusionOf(picture: Picture, parts: OcclusionParts): Occlusion {
  const known = new Map<string, { readonly logits: Logits; readonly change: number }>();
  let whole: Promise<Logits> | undefined;
  return {
    others: (tensors) => answersFor(tensors, picture, parts),
    whole: () => (whole ??= answersFor([picture.tensor], picture, parts).then(([logits = []]) => logits)),
    changeOf: (box, way) => known.get(keyOf(box, way))?.change ?? 0,
    asked: () => known.size,
    covered: async (boxes, way) => {
      const keys = boxes.map((box) => keyOf(box, way));
      const asked = boxes.flatMap((box, at) => (known.has(keys[at] ?? '') ? [] : [{ box, key: keys[at] ?? '' }]));
      for (let first = 0; first < asked.length; first += RUN) {
        const run = asked.slice(first, first + RUN);
        const tensors = run.map(({ box }) => picture.regions.cover(picture.tensor, box, way));
        (await answersFor(tensors, picture, parts)).forEach((logits, at) => {
          known.set(run[at]?.key ?? '', { logits, change: distance(picture.tensor.data, tensors[at]?.data ?? picture.tensor.data) });
        });
      }
      return keys.map((key) => known.get(key)?.logits ?? []);
    },
  };
}

function keyOf({ left, top, right, bottom }: PlaneBox, way: CoverWay): string {
  return `${way} ${left} ${top} ${right} ${bottom}`;
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, cell) => sum + (value - (b[cell] ?? 0)) ** 2, 0));
}

async function answersFor(tensors: readonly TensorInput[], { plugin, place, tokens, pattern }: Picture, parts: OcclusionParts): Promise<readonly Logits[]> {
  const views = tokens.get(plugin.kind) ?? [];
  const encoded = await encodeAll(tensors, plugin.encoder.encoder, parts);
  const rows = encoded.map((own) => ({ tokens: new Map([...tokens, [plugin.kind, views.with(place.view, own)]]), coalition: { modalities: pattern } }));
  return fuseViews(rows, parts.bundle.fusion, parts.runner);
}

/** The search for where one head looks: it asks what the head's logit loses with boxes covered. */
export async function searchOf({ regions: { width, height } }: Picture, occlusion: Occlusion, head: number): Promise<RegionSearch> {
  const whole = (await occlusion.whole())[head] ?? 0;
  const ask: AskCovered = async (boxes, way) => (await occlusion.covered(boxes, way)).map((logits) => whole - (logits[head] ?? 0));
  return { width, height, ask, changeOf: (box, way) => occlusion.changeOf(box, way) };
}
