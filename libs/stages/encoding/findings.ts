import type { Sha256, TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';

/** A block that names findings in one input: fixed shapes, one logit a finding. */
export interface FindingsReader {
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** `[batch, findings]` */
  readonly output: { readonly name: string; readonly shape: readonly number[] };
}

/**
 * Logits of every finding for every input, in runs of the block's fixed batch; a run that is not full is padded with zeros.
 * @returns per input `[findings]`.
 * @throws when an input does not have the shape that the block was exported with, or a logit is not finite.
 */
export async function findingLogits(inputs: readonly TensorInput[], reader: FindingsReader, runner: ModelRunner): Promise<readonly Float32Array[]> {
  const [batch = 1, ...shape] = reader.input.shape;
  const [, findings = 0] = reader.output.shape;
  const size = shape.reduce((product, side) => product * side, 1);
  const logits: Float32Array[] = [];
  for (let first = 0; first < inputs.length; first += batch) {
    const part = inputs.slice(first, first + batch);
    const data = new Float32Array(batch * size);
    part.forEach((input, row) => {
      invariant(input.shape.join() === shape.join() && input.data.length === size, `${input.name} has the shape of its findings block`);
      data.set(input.data, row * size);
    });
    const output = (await runner.run(reader.block, { [reader.input.name]: { data, shape: reader.input.shape } }))[reader.output.name];
    invariant(output?.shape.join() === reader.output.shape.join(), 'findings have the shape of the manifest');
    invariant(output.data.every(Number.isFinite), 'findings are finite');
    part.forEach((_, row) => logits.push(output.data.slice(row * findings, (row + 1) * findings)));
  }
  return logits;
}
