import type { AssessmentPins } from '@concord/core/clinical';
import type { Hash, ModelRunner } from '@concord/core/ports';
import { blocksOf, type BundleManifest } from '@concord/governance/models';
import type { ModalityInput } from './inputs.ts';
import { tablesOf, type TableMaker, type TableQuestion } from './table.ts';

/** `tables`: those that the answer is made of, where it was just made. */
type PinQuestion = Omit<TableQuestion, 'scorers'> & { readonly tables?: TableMaker };

/** What makes the assessment repeatable: the revision, the inputs' hash, the blocks and the machine that ran them. */
export function pinsOf(
  { known, at, inputs, tables = tablesOf(known) }: PinQuestion,
  { bundle, runner, hash }: { readonly bundle: BundleManifest; readonly runner: ModelRunner; readonly hash: Hash },
): AssessmentPins {
  const { revision } = known;
  const { scorers = [] } = bundle;
  const read = scorers.length === 0 ? [] : [bytes(tables({ at, inputs, scorers }).values)];
  return {
    revision,
    // Links and clock offsets are part of what a revision fixes: changing either raises it.
    links: `revision-${revision}`,
    clocks: `revision-${revision}`,
    inputsSha256: hash(joined([...bytesOf(inputs), ...read])),
    blockSha256: blocksOf(bundle),
    runtime: runner.runtime,
  };
}

/** Name, values, mask and ages of every tensor, in the order of their names; views of one source in their own order. */
function bytesOf(inputs: readonly ModalityInput[]): readonly Uint8Array[] {
  const ready = inputs.flatMap((input) => (input.kind === 'ready' ? input.tensors : [])).sort((a, b) => (a.name < b.name ? -1 : 1));
  return ready.flatMap(({ name, data, tokenMask, tokenAgeHours }) => [
    Uint8Array.from(name, (character) => character.charCodeAt(0)),
    bytes(data),
    tokenMask,
    bytes(tokenAgeHours),
  ]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
