import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the run's cluster with `{role}` and `{database}` left open. */
    readonly clusterUrl: string;
  }
}

/** The migrated database that every clone starts from. */
export const TEMPLATE = 'concord_template';

/** A database of one test file: migrated, with the reference data, nobody else in it. */
export interface TestDatabase {
  readonly name: string;
  /** @param role `app_rw`, `app_worker`, `concord_owner`, `auditor_ro`, `backup_ro`; `postgres` is the superuser. */
  url(role: string): string;
}

export function clusterUrl(role: string, database: string): string {
  return inject('clusterUrl').replace('{role}', role).replace('{database}', database);
}

/** Clones the template: a tenth of a second. Databases are not dropped, for a drop forces a checkpoint; the cluster goes at the end. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: clusterUrl('postgres', 'postgres') });
  await client.connect();
  try {
    // Clones are made one at a time: the template must have no other user meanwhile.
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER concord_owner`);
  } finally {
    await client.end();
  }
  return { name, url: (role) => clusterUrl(role, name) };
}
