import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import { seedReferenceData } from './reference-data.ts';

/** Prisma's own advisory lock, so that `prisma migrate deploy` and this never run at the same time. */
const LOCK = 72_707_369;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** Brings another schema of the same database up to date; the job queue's, for one. Must be quick when nothing is to do. */
export type AlsoMigrate = (ownerUrl: string) => Promise<void>;

/**
 * Applies the migrations of `prisma/migrations` that the database lacks and writes the rows that `prisma migrate deploy`
 * would, then what `also` brings, then the reference data. Takes milliseconds when nothing is to do.
 * @returns the names of the migrations it applied.
 * @throws when an applied migration differs from its file, or one failed: nothing of it stays.
 */
export async function migrate(ownerUrl: string, also: readonly AlsoMigrate[] = []): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const missing = await unapplied(client);
    const applied = missing.length === 0 ? [] : await applyMissing(client);
    for (const more of also) await more(ownerUrl);
    await seedReferenceData(client);
    return applied;
  } finally {
    await client.end();
  }
}

async function applyMissing(client: pg.Client): Promise<readonly string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await client.query(MIGRATIONS_TABLE);
    const missing = await unapplied(client);
    for (const migration of missing) await apply(client, migration);
    // Tables that a migration brought are covered by an erasure too, whoever brought them.
    if (missing.length > 0) await client.query('SELECT app.make_erasable()');
    return missing.map(({ name }) => name);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const row =
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), now(), 1)';
  try {
    await inTransaction(client, async () => {
      await client.query(sql);
      await client.query(row, [randomUUID(), checksum, name]);
    });
  } catch (error) {
    throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function unapplied(client: pg.Client): Promise<readonly Migration[]> {
  const there = await client.query<{ found: string | null }>("SELECT to_regclass('_prisma_migrations')::text AS found");
  const rows =
    there.rows[0]?.found == null
      ? []
      : (
          await client.query<{ name: string; checksum: string }>(
            'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
          )
        ).rows;
  const done = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  return readMigrations().filter(({ name, checksum }) => {
    const applied = done.get(name);
    if (applied !== undefined && applied !== checksum) throw new Error(`migration ${name} was changed after it had been applied`);
    return applied === undefined;
  });
}

function readMigrations(): readonly Migration[] {
  const folder = migrationsFolder();
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** Found from the sources and from `dist`, which lie at different depths. */
function migrationsFolder(): string {
  let at = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(at, 'prisma', 'migrations'))) {
    const up = path.dirname(at);
    if (up === at) throw new Error('prisma/migrations was not found above this file');
    at = up;
  }
  return path.join(at, 'prisma', 'migrations');
}

/** As Prisma makes it. */
const MIGRATIONS_TABLE = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;
