/** One change of a text of SQL. */
export interface SqlMutant {
  readonly change: string;
  readonly sql: string;
}

/** What is looked for, and what stands there instead. Expressions come from Postgres itself: parentheses stand round everything. */
const CHANGES: readonly (readonly [RegExp, string])[] = [
  [/ AND /g, ' OR '],
  [/ OR /g, ' AND '],
  [/ = ANY /g, ' <> ALL '],
  [/ <> ALL /g, ' = ANY '],
  [/(?<![<>:=]) = (?!ANY)/g, ' <> '],
  [/ <> (?!ALL)/g, ' = '],
  [/ <= /g, ' > '],
  [/ >= /g, ' < '],
  [/ < /g, ' >= '],
  [/ > /g, ' <= '],
  [/ IS NOT NULL/g, ' IS NULL'],
  [/ IS NULL/g, ' IS NOT NULL'],
  [/NOT \(/g, '('],
  [/ NOT IN /g, ' IN '],
  [/NOT EXISTS/g, 'EXISTS'],
  [/'[A-Za-z][\w-]*:?'/g, "'mutated'"],
];

/** Every place of every change, one at a time. */
export function changesOf(sql: string): readonly SqlMutant[] {
  return CHANGES.flatMap(([from, to]) =>
    [...sql.matchAll(from)].map(({ index, 0: found }) => ({
      change: `${sql.slice(Math.max(0, index - 25), index + found.length + 25).replaceAll(/\s+/g, ' ')} | ${found.trim()} → ${to.trim()}`,
      sql: sql.slice(0, index) + to + sql.slice(index + found.length),
    })),
  );
}
