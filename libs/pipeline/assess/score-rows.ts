import { asOf, type ModalityKind, type ModalityPlugin, type PatientTimeline, type RiskTask, type TensorInput } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrationFor } from '@concord/stages/calibration';
import { fuse, type FusionRow, type TokensByModality } from '@concord/stages/fusion';
import { encodeAll } from './encode-once.ts';
import { absentRequired, inputsOf, missingRequired } from './inputs.ts';
import { calibrated } from './score.ts';

/** Many questions answered without reasons: evaluation on a labelled set. The numbers are those of `createAssess`, to the bit. */
export interface RowParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

export type RowAnswer =
  | { readonly kind: 'scored'; readonly logit: number; readonly probability: number; readonly calibration: CalibrationEntry }
  | { readonly kind: 'abstained'; readonly reason: string };

/** A question laid out for the model, or the reason why there is none. */
export type PreparedRow =
  | { readonly kind: 'ready'; readonly pattern: readonly ModalityKind[]; readonly tensors: ReadonlyMap<ModalityKind, TensorInput> }
  | { readonly kind: 'abstained'; readonly reason: string };

/** The first half of `createAssess`: what was known, who may be asked, tensors. The tasks of a row share one set of required modalities. */
export function prepareRow(
  { timeline, at, task }: { readonly timeline: PatientTimeline; readonly at: Instant; readonly task: RiskTask },
  { plugins, bundle }: RowParts,
): PreparedRow {
  const known = asOf(timeline, at);
  const inputs = inputsOf(known, at, plugins);
  const missing = missingRequired(inputs, task.required);
  if (missing !== undefined) return { kind: 'abstained', reason: missing.reason };
  const eligibility = task.eligibility(known, at);
  const refusal = eligibility.kind === 'refused' ? eligibility.abstention : absentRequired(inputs, task.required);
  if (refusal !== undefined) return { kind: 'abstained', reason: refusal.reason };
  const tensors = new Map(inputs.flatMap((input) => (input.kind === 'ready' ? [[input.plugin.kind, input.tensor] as const] : [])));
  const calibration = calibrationFor(bundle.calibrations, { head: task.head, available: [...tensors.keys()], required: task.required });
  if (calibration === undefined) return { kind: 'abstained', reason: 'uncalibrated-pattern' };
  return { kind: 'ready', pattern: calibration.pattern, tensors };
}

/**
 * The second half: encodes and fuses in full batches and answers every task for every row.
 * @returns per row, one answer per task in the order of `tasks`.
 */
export async function scoreRows(rows: readonly PreparedRow[], tasks: readonly RiskTask[], parts: RowParts): Promise<readonly (readonly RowAnswer[])[]> {
  const tokens = await tokensOfRows(rows, parts);
  const ready = rows.flatMap((row, index): readonly (FusionRow & { readonly index: number })[] =>
    row.kind === 'ready' ? [{ index, tokens: tokens[index] ?? new Map(), coalition: { modalities: row.pattern } }] : [],
  );
  const logits = await fuse(ready, parts.bundle.fusion, parts.runner);
  const place = new Map(ready.map(({ index }, at) => [index, at]));
  return rows.map((row, index) =>
    tasks.map((task): RowAnswer => {
      if (row.kind === 'abstained') return row;
      const own = logits[place.get(index) ?? -1] ?? [];
      const calibration = parts.bundle.calibrations.find(({ head, pattern }) => head === task.head && pattern.join() === row.pattern.join());
      if (calibration === undefined) return { kind: 'abstained', reason: 'uncalibrated-pattern' };
      const { probability } = calibrated(own, calibration, parts.bundle);
      return { kind: 'scored', logit: own[parts.bundle.fusion.heads.indexOf(task.head)] ?? 0, probability, calibration };
    }),
  );
}

async function tokensOfRows(rows: readonly PreparedRow[], parts: RowParts): Promise<readonly TokensByModality[]> {
  const tokens = rows.map(() => new Map<ModalityKind, Awaited<ReturnType<typeof encodeAll>>[number]>());
  for (const { kind, encoder } of parts.plugins) {
    const asked = rows.flatMap((row, index) => {
      const tensor = row.kind === 'ready' ? row.tensors.get(kind) : undefined;
      return tensor === undefined ? [] : [{ index, tensor }];
    });
    const encoded = await encodeAll(
      asked.map(({ tensor }) => tensor),
      encoder.encoder,
      parts,
    );
    asked.forEach(({ index }, at) => {
      const own = encoded[at];
      if (own !== undefined) tokens[index]?.set(kind, own);
    });
  }
  return tokens;
}
