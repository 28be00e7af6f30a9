import type { ModalityKind, Sha256 } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import { deriver, type DerivedColumn } from './derive.ts';
import type { TableLayout } from './layout.ts';

/** A block that reads a table: which columns, in which order, and what it answers. */
export interface TableScorer {
  readonly id: string;
  readonly block: Sha256;
  /** Rows of every run; a run with fewer is padded with rows of which nothing is known. */
  readonly batch: number;
  /** In the order of the output's columns, shortest horizon first. */
  readonly heads: readonly string[];
  readonly modalities: readonly ModalityKind[];
  /** Columns of the layout, or derived ones, in the order of the block's input. */
  readonly columns: readonly string[];
  readonly derived: readonly DerivedColumn[];
  /** Outputs are cumulative: a later head is never below an earlier one. */
  readonly cumulative: boolean;
}

/**
 * Rows of a table to logits. The block gets numbers and, beside each, whether it is known; a number that is not known is sent
 * as 0 and never read, so no NaN reaches the runtime. Neither companions nor place in a run change a row.
 * @param rows one `Float32Array` per question in the order of `layout.names`, NaN where nothing is known.
 * @returns one list of float32 logits per row, in the order of `scorer.heads`.
 */
export async function scoreTable(
  rows: readonly Float32Array[],
  { scorer, layout }: { readonly scorer: TableScorer; readonly layout: TableLayout },
  runner: ModelRunner,
): Promise<readonly (readonly number[])[]> {
  const derive = deriver(scorer, layout);
  const parts = Array.from({ length: Math.ceil(rows.length / scorer.batch) }, (_, run) => rows.slice(run * scorer.batch, (run + 1) * scorer.batch));
  return (await Promise.all(parts.map((part) => scoreRun(part.map(derive), scorer, runner)))).flat();
}

async function scoreRun(part: readonly Float32Array[], scorer: TableScorer, runner: ModelRunner): Promise<readonly (readonly number[])[]> {
  const { batch, columns, heads } = scorer;
  const [values, known] = [new Float32Array(batch * columns.length), new Float32Array(batch * columns.length)];
  part.forEach((row, place) => {
    row.forEach((value, column) => {
      if (Number.isNaN(value)) return;
      invariant(Number.isFinite(value), 'a table holds finite numbers');
      values[place * columns.length + column] = value;
      known[place * columns.length + column] = 1;
    });
  });
  const shape = [batch, columns.length];
  const output = (await runner.run(scorer.block, { values: { data: values, shape }, known: { data: known, shape } }))['logits'];
  invariant(output?.shape.join() === [batch, heads.length].join(), 'one logit per row and head');
  return part.map((_, place) => checked([...output.data.subarray(place * heads.length, (place + 1) * heads.length)], scorer));
}

function checked(logits: readonly number[], { cumulative }: TableScorer): readonly number[] {
  invariant(logits.every(Number.isFinite), 'logits are finite');
  const rises = logits.every((logit, index) => index === 0 || logit >= (logits[index - 1] ?? logit));
  invariant(!cumulative || rises, 'longer horizons are not less likely');
  return logits;
}
