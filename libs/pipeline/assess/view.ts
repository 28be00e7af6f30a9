import type { ModalityKind } from '@concord/core/clinical';
import { ModelUnavailable, type ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { coalitionsOf, shapley } from '@concord/stages/explanation';
import type { Tokens } from '@concord/stages/encoding';
import { fuse, type FusionRow, type Logits, type TokensByModality } from '@concord/stages/fusion';

/** What the head says of one set of modalities: every coalition of them, and every token left out. */
export interface View {
  readonly pattern: readonly ModalityKind[];
  /** Per coalition in the order of `coalitionsOf`. */
  readonly coalitions: readonly Logits[];
  /** Per modality and token: the logits without it; undefined where the token is masked. */
  readonly without: ReadonlyMap<ModalityKind, readonly (Logits | undefined)[]>;
  /** Per modality that is not there: the logits with it, once for each reference patient who has it. */
  readonly withReference: ReadonlyMap<ModalityKind, readonly Logits[]>;
}

/** Tokens of patients who have a modality: what an absent one might have said. */
export type ReferenceTokens = ReadonlyMap<ModalityKind, readonly Tokens[]>;

/** What a view is computed with. */
export interface ViewParts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly reference?: ReferenceTokens;
}

/** A view of a set of modalities, or undefined when the model cannot be run. */
export type Viewer = (pattern: readonly ModalityKind[]) => Promise<View | undefined>;

/** Encodes at the first question and keeps what was seen: the tasks of one patient ask about the same sets. */
export function viewer(tokens: () => Promise<TokensByModality>, parts: ViewParts): Viewer {
  let encoded: Promise<TokensByModality> | undefined;
  const seen = new Map<string, Promise<View | undefined>>();
  const look = async (pattern: readonly ModalityKind[]): Promise<View | undefined> => {
    try {
      encoded ??= tokens();
      return await viewOf(pattern, await encoded, parts);
    } catch (error) {
      if (error instanceof ModelUnavailable) return undefined;
      throw error;
    }
  };
  return (pattern) => {
    const known = seen.get(pattern.join()) ?? look(pattern);
    seen.set(pattern.join(), known);
    return known;
  };
}

/** One batch: 2^n coalitions for exact Shapley values, one row per token that speaks, and one per reference of what is missing. */
async function viewOf(pattern: readonly ModalityKind[], tokens: TokensByModality, { bundle, runner, reference = new Map() }: ViewParts): Promise<View> {
  const coalitions = coalitionsOf(pattern);
  const left = pattern.flatMap((modality) => spoken(tokens, modality).map((token) => ({ modality, token })));
  const missing = [...reference].filter(([kind]) => isCalibrated(bundle, [...pattern, kind]) && !pattern.includes(kind));
  const added = missing.flatMap(([kind, others]) => others.map((other) => ({ kind, other })));
  const rows: readonly FusionRow[] = [
    ...coalitions.map((modalities) => ({ tokens, coalition: { modalities } })),
    ...left.map((without) => ({ tokens, coalition: { modalities: pattern, without } })),
    ...added.map(({ kind, other }) => ({ tokens: new Map([...tokens, [kind, other]]), coalition: { modalities: [...pattern, kind] } })),
  ];
  const logits = await fuse(rows, bundle.fusion, runner);
  const answers = new Map(left.map(({ modality, token }, index) => [`${modality}/${token}`, logits[coalitions.length + index]]));
  const without = new Map(
    pattern.map((modality) => [modality, Array.from({ length: tokens.get(modality)?.mask.length ?? 0 }, (_, token) => answers.get(`${modality}/${token}`))]),
  );
  const rest = logits.slice(coalitions.length + left.length);
  const withReference = new Map(missing.map(([kind]) => [kind, rest.filter((_, index) => added[index]?.kind === kind)]));
  return { pattern, coalitions: logits.slice(0, coalitions.length), without, withReference };
}

/** Some head has a calibration on exactly these modalities. */
function isCalibrated({ calibrations }: BundleManifest, kinds: readonly ModalityKind[]): boolean {
  return calibrations.some(({ pattern }) => pattern.length === kinds.length && kinds.every((kind) => pattern.includes(kind)));
}

function spoken(tokens: TokensByModality, modality: ModalityKind): readonly number[] {
  const mask = tokens.get(modality)?.mask ?? new Uint8Array();
  return [...mask.keys()].filter((token) => mask[token] === 1);
}

/** The view as one head sees it. */
export interface HeadView {
  /** Per coalition in the order of `coalitionsOf`. */
  readonly values: readonly number[];
  readonly logit: number;
  readonly baselineLogit: number;
  /** In the order of the pattern. */
  readonly shapley: readonly number[];
  /** Logit with all tokens less the logit without this one; 0 where the token is masked. */
  tokenContributions(modality: ModalityKind): Float32Array;
}

export function headView(view: View, head: number): HeadView {
  const values = view.coalitions.map((logits) => logits[head] ?? 0);
  const logit = values.at(-1) ?? 0;
  return {
    values,
    logit,
    baselineLogit: values[0] ?? 0,
    shapley: shapley(view.pattern.length, values),
    tokenContributions: (modality) =>
      Float32Array.from(view.without.get(modality) ?? [], (without) => (without === undefined ? 0 : logit - (without[head] ?? logit))),
  };
}
