import { asOf, type ModalityKind, type ModalityPlugin, type PatientTimeline, type RiskTask, type TensorInput } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import { headsBeside, type BundleManifest, type CalibrationEntry } from '@concord/governance/models';
import { calibrationFor } from '@concord/stages/calibration';
import { fuseViews, type Logits, type TokenViews } from '@concord/stages/fusion';
import { scoreTable, seenBy } from '@concord/stages/tabular';
import { countedFrom } from './counted.ts';
import { encodeAll } from './encode-once.ts';
import { absentRequired, inputsOf, missingRequired } from './inputs.ts';
import { calibrated } from './score.ts';
import { scorerOf, tableOf, type Table } from './table.ts';

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
  | {
      readonly kind: 'ready';
      readonly calibration: CalibrationEntry;
      readonly tensors: ReadonlyMap<ModalityKind, readonly TensorInput[]>;
      readonly table?: Table;
    }
  | { readonly kind: 'abstained'; readonly reason: string };

type ReadyRow = Extract<PreparedRow, { kind: 'ready' }>;

export interface RowQuestion {
  readonly timeline: PatientTimeline;
  readonly at: Instant;
  readonly task: RiskTask;
}

/** The first half of `createAssess`: what was known, who may be asked, tensors. The tasks of a row share one set of required modalities. */
export function prepareRow(question: RowQuestion, parts: RowParts): PreparedRow {
  const known = asOf(question.timeline, question.at);
  const answer = question.task.eligibility(known, question.at);
  return prepareKnown({ ...question, known, refusal: answer.kind === 'refused' ? answer.abstention.reason : undefined }, parts);
}

/** A row at a moment that the task does not serve, laid out all the same: an evaluation reports such landmarks. */
export function prepareUnserved(question: RowQuestion, parts: RowParts): PreparedRow {
  return prepareKnown({ ...question, known: asOf(question.timeline, question.at), refusal: undefined }, parts);
}

interface KnownQuestion extends RowQuestion {
  readonly known: PatientTimeline;
  readonly refusal: string | undefined;
}

function prepareKnown({ known, at, task, refusal }: KnownQuestion, parts: RowParts): PreparedRow {
  const { bundle } = parts;
  const inputs = inputsOf(known, at, parts);
  const missing = missingRequired(inputs, task.required)?.reason ?? refusal ?? absentRequired(inputs, task.required)?.reason;
  if (missing !== undefined) return { kind: 'abstained', reason: missing };
  const ready = inputs.flatMap((input) => (input.kind === 'ready' ? [input] : []));
  const asked = [...task.required, ...task.optional];
  const available = ready.map(({ plugin }) => plugin.kind).filter((kind) => asked.includes(kind));
  const calibration = calibrationFor(bundle.calibrations, { head: task.head, available, required: task.required });
  if (calibration === undefined) return { kind: 'abstained', reason: 'uncalibrated-pattern' };
  if (calibration.scorer !== undefined)
    return {
      kind: 'ready',
      calibration,
      tensors: new Map(),
      table: tableOf({ known, at: countedFrom(task, known, at), inputs, scorers: [scorerOf(bundle, calibration.scorer)] }),
    };
  return { kind: 'ready', calibration, tensors: new Map(ready.map(({ plugin, tensors }) => [plugin.kind, tensors])) };
}

/** The same row with fewer modalities, as if the others had never been measured: what the score from signs alone would have been. */
export function restricted(row: PreparedRow, modalities: readonly ModalityKind[], { bundle }: RowParts): PreparedRow {
  if (row.kind === 'abstained') return row;
  const available = row.calibration.pattern.filter((kind) => modalities.includes(kind));
  const calibration = calibrationFor(bundle.calibrations, { head: row.calibration.head, available, required: modalities });
  return calibration === undefined ? { kind: 'abstained', reason: 'uncalibrated-pattern' } : { ...row, calibration };
}

/**
 * The second half: encodes and fuses in full batches and answers every task for every row.
 * @returns per row, one answer per task in the order of `tasks`.
 */
export async function scoreRows(rows: readonly PreparedRow[], tasks: readonly RiskTask[], parts: RowParts): Promise<readonly (readonly RowAnswer[])[]> {
  const ready = rows.flatMap((row, index) => (row.kind === 'ready' ? [{ row, index }] : []));
  const logits = new Map<number, Logits>();
  for (const scorer of new Set(ready.map(({ row }) => row.calibration.scorer))) {
    const own = ready.filter(({ row }) => row.calibration.scorer === scorer);
    const asked = own.map(({ row }) => row);
    const answers = scorer === undefined ? await fuseRows(asked, parts) : await scoreTables(asked, scorer, parts);
    own.forEach(({ index }, place) => logits.set(index, answers[place] ?? []));
  }
  return rows.map((row, index) =>
    tasks.map((task): RowAnswer => (row.kind === 'abstained' ? row : answered(logits.get(index) ?? [], { row, head: task.head, bundle: parts.bundle }))),
  );
}

function answered(logits: Logits, { row, head, bundle }: { readonly row: ReadyRow; readonly head: string; readonly bundle: BundleManifest }): RowAnswer {
  const calibration = bundle.calibrations.find((one) => one.head === head && one.pattern.join() === row.calibration.pattern.join());
  if (calibration === undefined) return { kind: 'abstained', reason: 'uncalibrated-pattern' };
  const { probability } = calibrated(logits, calibration, bundle);
  return { kind: 'scored', logit: logits[headsBeside(calibration, bundle).indexOf(head)] ?? 0, probability, calibration };
}

async function fuseRows(rows: readonly ReadyRow[], parts: RowParts): Promise<readonly Logits[]> {
  const tokens = await tokensOfRows(rows, parts);
  const asked = rows.map((row, index) => ({ tokens: tokens[index] ?? new Map(), coalition: { modalities: row.calibration.pattern } }));
  return fuseViews(asked, parts.bundle.fusion, parts.runner);
}

async function scoreTables(rows: readonly ReadyRow[], id: string, { bundle, runner }: RowParts): Promise<readonly Logits[]> {
  const layout = rows[0]?.table?.layout;
  if (layout === undefined) return [];
  const seen = rows.map(({ table, calibration }) => seenBy(table?.values ?? new Float32Array(), { modalities: calibration.pattern }, layout));
  return scoreTable(seen, { scorer: scorerOf(bundle, id), layout }, runner);
}

async function tokensOfRows(rows: readonly ReadyRow[], parts: RowParts): Promise<readonly TokenViews[]> {
  const tokens = rows.map(() => new Map<ModalityKind, Awaited<ReturnType<typeof encodeAll>>>());
  for (const { kind, encoder } of parts.plugins) {
    if (!parts.bundle.fusion.layout.some(({ modality }) => modality === kind)) continue;
    const asked = rows.flatMap((row, index) => (row.tensors.get(kind) ?? []).map((tensor) => ({ index, tensor })));
    const encoded = await encodeAll(
      asked.map(({ tensor }) => tensor),
      encoder.encoder,
      parts,
    );
    asked.forEach(({ index }, at) => {
      const own = encoded[at];
      if (own !== undefined) tokens[index]?.set(kind, [...(tokens[index].get(kind) ?? []), own]);
    });
  }
  return tokens;
}
