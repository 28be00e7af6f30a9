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

/**
 * Tokens, some absent, to logits. Absence is an input: an absent modality has mask 0 throughout, and the head answers with
 * what it learned for that set. Rows run in the block's fixed batch; a run that is not full is padded with empty coalitions.
 * @returns one `Logits` per row, in order.
 */
export async function fuse(rows: readonly FusionRow[], head: FusionHead, runner: ModelRunner): Promise<readonly Logits[]> {
  const parts = Array.from({ length: Math.ceil(rows.length / head.batch) }, (_, run) => rows.slice(run * head.batch, (run + 1) * head.batch));
  return (await Promise.all(parts.map((part) => fuseRun(part, head, runner)))).flat();
}

async function fuseRun(part: readonly FusionRow[], head: FusionHead, runner: ModelRunner): Promise<readonly Logits[]> {
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
  const output = (await runner.run(head.block, { tokens: { data: tokens, shape: [...shape, width] }, mask: { data: mask, shape }, age: { data: age, shape } }))[
    'logits'
  ];
  invariant(output?.shape.join() === [batch, head.heads.length].join(), 'one logit per row and head');
  return part.map((_, place) => logitsOf(output.data.subarray(place * head.heads.length, (place + 1) * head.heads.length)));
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

function logitsOf(values: Float32Array): Logits {
  const logits = [...values];
  invariant(logits.every(Number.isFinite), 'logits are finite');
  // The heads are cumulative hazards: a longer horizon is never less likely.
  invariant(
    logits.every((logit, index) => index === 0 || logit >= (logits[index - 1] ?? logit)),
    'longer horizons are not less likely',
  );
  return logits;
}
