import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { sigmoid } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { findingLogits } from '@concord/stages/encoding';

/** What a film shows, by name: a calibrated probability each. It stands beside a risk score and is no part of it. */
export type NamedFindings = Readonly<Record<string, number>>;

/**
 * Findings of many inputs of one modality, in full batches of the block that the bundle names for it.
 * @returns undefined when the bundle names no findings for the modality.
 */
export async function findingsOf(
  tensors: readonly TensorInput[],
  modality: ModalityKind,
  { bundle, runner }: { readonly bundle: BundleManifest; readonly runner: ModelRunner },
): Promise<readonly NamedFindings[] | undefined> {
  const entry = bundle.findings?.find((each) => each.modality === modality);
  if (entry === undefined) return undefined;
  const logits = await findingLogits(tensors, entry, runner);
  return logits.map((row) =>
    Object.fromEntries(entry.findings.map(({ name, slope, intercept }, column) => [name, sigmoid(slope * (row[column] ?? 0) + intercept)])),
  );
}
