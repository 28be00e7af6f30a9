import type { ModalityKind } from '@concord/core/clinical';
import type { ModelRunner } from '@concord/core/ports';
import type { Tokens } from '../encoding/index.ts';
import { fuse, type Coalition, type FusionHead, type FusionRow, type Logits } from './fuse.ts';

/** Tokens of every source, once for each view of it: two films of one examination are two views of one chest. */
export type TokenViews = ReadonlyMap<ModalityKind, readonly Tokens[]>;

/** One question about sources of which some hold several views. */
export interface ViewsRow {
  readonly tokens: TokenViews;
  readonly coalition: Omit<Coalition, 'without'> & {
    /** Leave this token out of this view; the other views of the source keep theirs. */
    readonly without?: { readonly modality: ModalityKind; readonly view: number; readonly token: number };
  };
}

/**
 * Reads several views of a source as one: the head is asked once for every choice of one view of each source, and the answer is
 * the mean of its logits. Each view stands before the head as it was trained, alone. A mean leaves sums as they are, so
 * Shapley values stay exact and the order of the views says nothing. With one view of each source it is `fuse`, to the bit.
 */
export async function fuseViews(rows: readonly ViewsRow[], head: FusionHead, runner: ModelRunner): Promise<readonly Logits[]> {
  const asked = rows.map(choicesOf);
  const logits = await fuse(asked.flat(), head, runner);
  let next = 0;
  return asked.map(({ length }) => meanOf(logits.slice(next, (next += length))));
}

function choicesOf({ tokens, coalition: { modalities, without } }: ViewsRow): readonly FusionRow[] {
  let choices: readonly (readonly Choice[])[] = [[]];
  for (const modality of modalities) {
    const views = tokens.get(modality) ?? [];
    if (views.length > 0) choices = choices.flatMap((chosen) => views.map((own, view) => [...chosen, { modality, view, own }]));
  }
  return choices.map((chosen) => {
    const isLeftOut = chosen.some(({ modality, view }) => modality === without?.modality && view === without.view);
    const left = isLeftOut && without !== undefined ? { without: { modality: without.modality, token: without.token } } : {};
    return { tokens: new Map(chosen.map(({ modality, own }) => [modality, own])), coalition: { modalities, ...left } };
  });
}

interface Choice {
  readonly modality: ModalityKind;
  readonly view: number;
  readonly own: Tokens;
}

/** Rounded to float32 as the head's own logits are; one row is left as it is. */
export function meanOf(rows: readonly Logits[]): Logits {
  const [first = []] = rows;
  return rows.length < 2 ? first : first.map((_, head) => Math.fround(rows.reduce((sum, logits) => sum + (logits[head] ?? 0), 0) / rows.length));
}
