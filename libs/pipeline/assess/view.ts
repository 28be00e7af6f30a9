import type { ModalityKind } from '@concord/core/clinical';
import { ModelUnavailable, type ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry, ScorerEntry } from '@concord/governance/models';
import { coalitionsOf, shapley } from '@concord/stages/explanation';
import { scorerOf, tableView, type Table } from './table.ts';
import { fuseViews, type Logits, type TokenViews } from '@concord/stages/fusion';

/** What the head says of one set of modalities: every coalition of them, and every token left out. */
export interface View {
  readonly pattern: readonly ModalityKind[];
  /** What the places of a `Logits` answer, shortest horizon first. */
  readonly heads: readonly string[];
  /** What was left out one by one: tokens of an encoder, or channels of a table. */
  readonly parts: 'tokens' | 'channels';
  /** Per coalition in the order of `coalitionsOf`. */
  readonly coalitions: readonly Logits[];
  /** Per modality and part, all parts of one view before those of the next: the logits without it; undefined where nothing of it is known. */
  readonly without: ReadonlyMap<ModalityKind, readonly (Logits | undefined)[]>;
}

/** What a view is computed with. */
export interface ViewParts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

/** What a view is asked for: a set of modalities, through a table scorer where the calibration names one. */
export type Asked = Pick<CalibrationEntry, 'pattern' | 'scorer'>;
/** The view of one question, or undefined when the model cannot be run. */
export type Viewer = (asked: Asked) => Promise<View | undefined>;

export interface ViewSources {
  /** Asked often and computed once. */
  readonly tokens: () => Promise<TokenViews>;
  readonly table: (scorer: ScorerEntry) => Table;
}

/** Keeps what was seen: the tasks of one patient ask about the same sets. */
export function viewer(sources: ViewSources, parts: ViewParts): Viewer {
  const seen = new Map<string, Promise<View | undefined>>();
  const look = async ({ pattern, scorer }: Asked): Promise<View> => {
    if (scorer !== undefined) {
      const own = scorerOf(parts.bundle, scorer);
      return tableView(pattern, sources.table(own), { scorer: own, runner: parts.runner });
    }
    return viewOf(pattern, await sources.tokens(), parts);
  };
  return (asked) => {
    const key = `${asked.scorer ?? ''}/${asked.pattern.join()}`;
    const known = seen.get(key) ?? look(asked).catch(unavailable);
    seen.set(key, known);
    return known;
  };
}

export function unavailable(error: unknown): undefined {
  if (error instanceof ModelUnavailable) return undefined;
  throw error;
}

/** One batch: 2^n coalitions for exact Shapley values, and one row per token that speaks. */
async function viewOf(pattern: readonly ModalityKind[], tokens: TokenViews, { bundle, runner }: ViewParts): Promise<View> {
  const coalitions = coalitionsOf(pattern);
  const left = pattern.flatMap((modality) => spoken(tokens, modality));
  const rows = [
    ...coalitions.map((modalities) => ({ tokens, coalition: { modalities } })),
    ...left.map((without) => ({ tokens, coalition: { modalities: pattern, without } })),
  ];
  const logits = await fuseViews(rows, bundle.fusion, runner);
  const answers = new Map(left.map((one, index) => [partKey(one), logits[coalitions.length + index]]));
  const without = new Map(pattern.map((modality) => [modality, partsOf(tokens, modality).map((part) => answers.get(partKey(part)))]));
  return { pattern, heads: bundle.fusion.heads, parts: 'tokens', coalitions: logits.slice(0, coalitions.length), without };
}

interface Part {
  readonly modality: ModalityKind;
  readonly view: number;
  readonly token: number;
}

function partsOf(tokens: TokenViews, modality: ModalityKind): readonly Part[] {
  return (tokens.get(modality) ?? []).flatMap(({ mask }, view) => [...mask.keys()].map((token) => ({ modality, view, token })));
}

function spoken(tokens: TokenViews, modality: ModalityKind): readonly Part[] {
  return partsOf(tokens, modality).filter(({ view, token }) => tokens.get(modality)?.[view]?.mask[token] === 1);
}

function partKey({ modality, view, token }: Part): string {
  return `${modality}/${view}/${token}`;
}

/** The view as one head sees it. */
export interface HeadView {
  /** Per coalition in the order of `coalitionsOf`. */
  readonly values: readonly number[];
  readonly logit: number;
  readonly baselineLogit: number;
  /** In the order of the pattern. */
  readonly shapley: readonly number[];
  /** Logit with all parts less the logit without this one; 0 where nothing of it is known. */
  contributions(modality: ModalityKind): Float32Array;
}

export function headView(view: View, name: string): HeadView {
  const head = view.heads.indexOf(name);
  const values = view.coalitions.map((logits) => logits[head] ?? 0);
  const logit = values.at(-1) ?? 0;
  return {
    values,
    logit,
    baselineLogit: values[0] ?? 0,
    shapley: shapley(view.pattern.length, values),
    contributions: (modality) =>
      Float32Array.from(view.without.get(modality) ?? [], (without) => (without === undefined ? 0 : logit - (without[head] ?? logit))),
  };
}
