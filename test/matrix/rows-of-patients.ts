import type pg from 'pg';

/** Rows of every table that is about patients, the record of accesses and its units left out. */
export async function rowsOfPatients(owner: pg.Client): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('patient_key', 'patient_id')
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'audit%' ORDER BY 1`,
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) || ' ' || coalesce(sum(hashtext(t::text)::bigint), 0) AS said FROM ${name} t`);
  const { rows: said } = await owner.query<{ name: string; said: string }>(counts.join(' UNION ALL '));
  return Object.fromEntries(said.map(({ name, said: what }) => [name, what]));
}
