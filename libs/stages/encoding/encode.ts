import type { Sha256, TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner, Tensor } from '@concord/core/ports';

/** An encoder of a bundle: its block and the shapes that the block was exported with. */
export interface Encoder {
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** `[batch, tokens, width]` */
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  /** `[batch, dimensions]`: the whole input in the space that all modalities share, length 1; where the block was aligned. */
  readonly latent?: { readonly name: string; readonly shape: readonly number[] };
}

/** What one modality says of one patient: a row of tokens. */
export interface Tokens {
  /** `[tokens, width]`, row-major. */
  readonly data: Float32Array;
  readonly mask: Uint8Array;
  readonly ageHours: Float32Array;
}

/**
 * Runs inputs of one modality through its encoder, in runs of the block's fixed batch; a run that is not full is padded with
 * zeros. Neither the companions nor the place in a run changes a row (test/conformance holds it to the bit).
 * @throws when an input does not have the shape that the encoder was exported with, or a token is not finite.
 */
export async function encode(inputs: readonly TensorInput[], encoder: Encoder, runner: ModelRunner): Promise<readonly Tokens[]> {
  const runs = await runAll(inputs, encoder, runner);
  return runs.flatMap(({ part, output }) => part.map((input, row) => tokensOf(input, row, encoder, output[encoder.output.name])));
}

/**
 * Where inputs lie in the space that all modalities share: report and film of one chest lie close together.
 * @throws when the encoder was not aligned.
 */
export async function locate(inputs: readonly TensorInput[], encoder: Encoder, runner: ModelRunner): Promise<readonly Float32Array[]> {
  const { latent } = encoder;
  invariant(latent !== undefined, 'the encoder was aligned with the others');
  const [, dimensions = 0] = latent.shape;
  const runs = await runAll(inputs, encoder, runner);
  return runs.flatMap(({ part, output }) => {
    const tensor = output[latent.name];
    invariant(tensor?.shape.join() === latent.shape.join(), 'the latent has the shape of the manifest');
    return part.map((_, row) => tensor.data.slice(row * dimensions, (row + 1) * dimensions));
  });
}

interface Run {
  readonly part: readonly TensorInput[];
  readonly output: Readonly<Record<string, Tensor>>;
}

function runAll(inputs: readonly TensorInput[], encoder: Encoder, runner: ModelRunner): Promise<readonly Run[]> {
  const batch = encoder.input.shape[0] ?? 1;
  const parts = Array.from({ length: Math.ceil(inputs.length / batch) }, (_, run) => inputs.slice(run * batch, (run + 1) * batch));
  return Promise.all(parts.map(async (part) => ({ part, output: await runOnce(part, encoder, runner) })));
}

function runOnce(part: readonly TensorInput[], encoder: Encoder, runner: ModelRunner): Promise<Readonly<Record<string, Tensor>>> {
  const [, ...shape] = encoder.input.shape;
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array((encoder.input.shape[0] ?? 1) * size);
  part.forEach((input, row) => {
    invariant(input.data.length === size && input.shape.join() === shape.join(), `${input.name} has the shape of its encoder`);
    data.set(input.data, row * size);
  });
  return runner.run(encoder.block, { [encoder.input.name]: { data, shape: encoder.input.shape } });
}

function tokensOf(input: TensorInput, row: number, { output: expected }: Encoder, output: Tensor | undefined): Tokens {
  const [, tokens = 0, width = 0] = expected.shape;
  invariant(output?.shape.join() === expected.shape.join(), `${input.name}: tokens have the shape of the manifest`);
  invariant(input.tokenMask.length === tokens, `${input.name}: a mask for every token`);
  const data = output.data.slice(row * tokens * width, (row + 1) * tokens * width);
  invariant(data.every(Number.isFinite), `${input.name}: tokens are finite`);
  return { data, mask: input.tokenMask, ageHours: input.tokenAgeHours };
}
