import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { encode, type Tokens } from '@concord/stages/encoding';
import type { TokenViews } from '@concord/stages/fusion';
import type { ModalityInput } from './inputs.ts';

/** Tokens of every modality that is ready and has a place in the fusion head, each view for itself. */
export async function tokensOf(
  inputs: readonly ModalityInput[],
  parts: { readonly bundle: BundleManifest; readonly runner: ModelRunner },
): Promise<TokenViews> {
  const tokens = new Map<ModalityKind, readonly Tokens[]>();
  for (const input of inputs) {
    if (input.kind !== 'ready' || !parts.bundle.fusion.layout.some(({ modality }) => modality === input.plugin.kind)) continue;
    tokens.set(input.plugin.kind, await encodeAll(input.tensors, input.plugin.encoder.encoder, parts));
  }
  return tokens;
}

/** Many inputs of one modality, in full batches. */
export function encodeAll(
  tensors: readonly TensorInput[],
  encoder: string,
  { bundle, runner }: { readonly bundle: BundleManifest; readonly runner: ModelRunner },
): Promise<readonly Tokens[]> {
  const entry = bundle.encoders[encoder];
  invariant(entry !== undefined, `the bundle names the encoder ${encoder}`);
  return encode(tensors, entry, runner);
}
