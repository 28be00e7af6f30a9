import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { sigmoid } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest, FindingsEntry } from '@concord/governance/models';
import { findingLogits } from '@concord/stages/encoding';
import { meanOf } from '@concord/stages/fusion';

/** What a film shows, by name: a calibrated probability each. It stands beside a risk score and is no part of it. */
export type NamedFindings = Readonly<Record<string, number>>;

interface FindingParts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

/**
 * Findings of many inputs of one modality, in full batches of the block that the bundle names for it.
 * @returns undefined when the bundle names no findings for the modality.
 */
export async function findingsOf(tensors: readonly TensorInput[], modality: ModalityKind, parts: FindingParts): Promise<readonly NamedFindings[] | undefined> {
  const entry = entryOf(parts.bundle, modality);
  return entry && (await findingLogits(tensors, entry, parts.runner)).map((row) => namedBy([...row], entry));
}

/** Findings of several views of one examination. */
export interface SharedFindings {
  /** From the mean of the views' logits, as scores are; with one view, its own. */
  readonly together: NamedFindings;
  /** Per view. */
  readonly each: readonly NamedFindings[];
}

/** As `findingsOf`, with the inputs read as views of one examination. */
export async function findingsTogether(tensors: readonly TensorInput[], modality: ModalityKind, parts: FindingParts): Promise<SharedFindings | undefined> {
  const entry = entryOf(parts.bundle, modality);
  if (entry === undefined) return undefined;
  const rows = (await findingLogits(tensors, entry, parts.runner)).map((row) => [...row]);
  return { together: namedBy(meanOf(rows), entry), each: rows.map((row) => namedBy(row, entry)) };
}

function entryOf({ findings }: BundleManifest, modality: ModalityKind): FindingsEntry | undefined {
  return findings?.find((each) => each.modality === modality);
}

function namedBy(logits: readonly number[], { findings }: FindingsEntry): NamedFindings {
  return Object.fromEntries(findings.map(({ name, slope, intercept }, column) => [name, sigmoid(slope * (logits[column] ?? 0) + intercept)]));
}
