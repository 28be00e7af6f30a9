import { invariant } from '@concord/core/kernel';
import type { TableLayout } from './layout.ts';

/**
 * A column made of others after the coalition decided which of them may speak.
 * - `ratio` and `difference` of two, unknown when one is, or when the divisor is 0
 * - `sum` and `max` of those that are known, unknown when none is
 */
export interface DerivedColumn {
  readonly name: string;
  readonly op: 'ratio' | 'difference' | 'sum' | 'max';
  readonly of: readonly string[];
}

/** From a row of the layout to the row that a block eats. Computed in float32, as the lab does. */
export function deriver(
  { columns, derived }: { readonly columns: readonly string[]; readonly derived: readonly DerivedColumn[] },
  layout: TableLayout,
): (row: Float32Array) => Float32Array {
  const place = new Map(layout.names.map((name, index) => [name, index]));
  const steps = derived.map((column, index) => {
    const from = column.of.map((name) => placeOf(place, name));
    place.set(column.name, layout.names.length + index);
    return { op: column.op, from, to: layout.names.length + index };
  });
  const take = Uint32Array.from(columns, (name) => placeOf(place, name));
  return (row) => {
    const whole = new Float32Array(layout.names.length + steps.length);
    whole.set(row);
    for (const { op, from, to } of steps) whole[to] = OPERATIONS[op](from.map((index) => whole[index] ?? Number.NaN));
    return Float32Array.from(take, (index) => whole[index] ?? Number.NaN);
  };
}

function placeOf(place: ReadonlyMap<string, number>, name: string): number {
  const index = place.get(name);
  invariant(index !== undefined, `the table has a column ${name}`);
  return index;
}

const known = (values: readonly number[]): readonly number[] => values.filter((value) => !Number.isNaN(value));

const OPERATIONS: Readonly<Record<DerivedColumn['op'], (values: readonly number[]) => number>> = {
  ratio: ([above = Number.NaN, below = Number.NaN]) => (below === 0 ? Number.NaN : above / below),
  difference: ([from = Number.NaN, less = Number.NaN]) => from - less,
  sum: (values) => (known(values).length === 0 ? Number.NaN : known(values).reduce((sum, value) => Math.fround(sum + value), 0)),
  max: (values) => (known(values).length === 0 ? Number.NaN : Math.max(...known(values))),
};
