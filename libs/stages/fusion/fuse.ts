import type { ModalityKind, Sha256 } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { Tokens } from '../encoding/index.ts';

/** The fusion head of a bundle and the places of the modalities in it. */
export interface FusionHead {
  readonly block: Sha256;
  readonly batch: number;
  readonly slots: number;
  readonly width: number;
  readonly layout: readonly { readonly modality: ModalityKind; readonly offset: number; readonly tokens: number }[];
  readonly heads: readonly string[];
  /** Heads that answer different questions, in no order; without it they are cumulative hazards, shortest horizon first. */
  readonly independent?: boolean;
  /** How many members stand over the trunk, where the block also gives `members` [batch, members, heads] and `spread` [batch, heads]. */
  readonly ensemble?: number;
}

/** One row for the head: which modalities speak, and which of their tokens are left out. */
export interface Coalition {
  readonly modalities: readonly ModalityKind[];
  /** Leave this token out, as if its source had not been measured. */
  readonly without?: { readonly modality: ModalityKind; readonly token: number };
}

export type TokensByModality = ReadonlyMap<ModalityKind, Tokens>;

/** Logits of one row in the order of the head's outputs; float32 values. */
export type Logits = readonly number[];

export interface FusionRow {
  readonly tokens: TokensByModality;
  readonly coalition: Coalition;
}

/** What an ensemble says of one row. */
export interface EnsembleAnswer {
  readonly logits: Logits;
  /** One `Logits` per member. */
  readonly members: readonly Logits[];
  /** What the single head says of how far its members are apart: one standard deviation per head. */
  readonly spread: readonly number[];
}

/**
 * Tokens, some absent, to logits. Absence is an input: an absent modality has mask 0 throughout, and the head answers with
 * what it learned for that set. Rows run in the block's fixed batch; a run that is not full is padded with empty coalitions.
 * @returns one `Logits` per row, in order.
 */
export async function fuse(rows: readonly FusionRow[], head: FusionHead, runner: ModelRunner): Promise<readonly Logits[]> {
  const runs = await Promise.all(partsOf(rows, head).map(async (part) => ({ part, output: await fuseRun(part, head, runner) })));
  return runs.flatMap(({ part, output }) => part.map((_, place) => logitsOf(output, place, head)));
}

/** As `fuse`, with what each member of the ensemble says. @throws when the head has no ensemble. */
export async function fuseEnsemble(rows: readonly FusionRow[], head: FusionHead, runner: ModelRunner): Promise<readonly EnsembleAnswer[]> {
  const { ensemble = 0, heads } = head;
  invariant(ensemble > 0, 'the head has an ensemble');
  const runs = await Promise.all(partsOf(rows, head).map(async (part) => ({ part, output: await fuseRun(part, head, runner) })));
  return runs.flatMap(({ part, output }) => {
    const members = dataOf(output, 'members', [head.batch, ensemble, heads.length]);
    const spread = dataOf(output, 'spread', [head.batch, heads.length]);
    const slice = (data: Float32Array, at: number): readonly number[] => [...data.subarray(at * heads.length, (at + 1) * heads.length)];
    return part.map((_, place) => ({
      logits: logitsOf(output, place, head),
      members: Array.from({ length: ensemble }, (_member, at) => slice(members, place * ensemble + at)),
      spread: slice(spread, place),
    }));
  });
}

type Output = Awaited<ReturnType<ModelRunner['run']>>;

function partsOf(rows: readonly FusionRow[], { batch }: FusionHead): readonly (readonly FusionRow[])[] {
  return Array.from({ length: Math.ceil(rows.length / batch) }, (_, run) => rows.slice(run * batch, (run + 1) * batch));
}

async function fuseRun(part: readonly FusionRow[], head: FusionHead, runner: ModelRunner): Promise<Output> {
  const { batch, slots, width } = head;
  const tokens = new Float32Array(batch * slots * width);
  const mask = new Float32Array(batch * slots);
  const age = new Float32Array(batch * slots);
  part.forEach((row, place) => {
    lay(row, head, {
      tokens: tokens.subarray(place * slots * width, (place + 1) * slots * width),
      mask: mask.subarray(place * slots, (place + 1) * slots),
      age: age.subarray(place * slots, (place + 1) * slots),
    });
  });
  const shape = [batch, slots];
  return runner.run(head.block, { tokens: { data: tokens, shape: [...shape, width] }, mask: { data: mask, shape }, age: { data: age, shape } });
}

function dataOf(output: Output, name: string, shape: readonly number[]): Float32Array {
  const tensor = output[name];
  invariant(tensor?.shape.join() === shape.join(), `${name} has the shape of the head`);
  return tensor.data;
}

interface Place {
  readonly tokens: Float32Array;
  readonly mask: Float32Array;
  readonly age: Float32Array;
}

function lay({ tokens, coalition }: FusionRow, { layout, width }: FusionHead, place: Place): void {
  for (const { modality, offset, tokens: count } of layout) {
    const own = tokens.get(modality);
    if (own === undefined || !coalition.modalities.includes(modality)) continue;
    invariant(own.mask.length === count && own.data.length === count * width, `tokens of ${modality} fit the head`);
    place.tokens.set(own.data, offset * width);
    place.mask.set(own.mask, offset);
    place.age.set(own.ageHours, offset);
    if (coalition.without?.modality === modality) place.mask[offset + coalition.without.token] = 0;
  }
}

function logitsOf(output: Output, place: number, { batch, heads, independent = false }: FusionHead): Logits {
  const data = dataOf(output, 'logits', [batch, heads.length]);
  const logits = [...data.subarray(place * heads.length, (place + 1) * heads.length)];
  invariant(logits.every(Number.isFinite), 'logits are finite');
  // Cumulative hazards: a longer horizon is never less likely.
  invariant(independent || logits.every((logit, index) => index === 0 || logit >= (logits[index - 1] ?? logit)), 'longer horizons are not less likely');
  return logits;
}
