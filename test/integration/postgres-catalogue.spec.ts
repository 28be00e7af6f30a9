import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { testDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url('postgres') });
  await client.connect();
});
afterAll(() => client.end());

const names = async (query: string) => (await client.query<{ name: string }>(query)).rows.map(({ name }) => name);

/** Tables that are about no patient. Anything else must have row-level security. */
const ABOUT_NOBODY = ['_prisma_migrations', 'ended_sessions', 'sources', 'staff', 'ward_staff', 'wards', 'web_sessions'];

describe('the catalogue', () => {
  it('has row-level security enabled and forced on every table but those about no patient, partitions included', async () => {
    const open = await names(`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'part') AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`);
    expect(open).toEqual(ABOUT_NOBODY);
  });

  it('names a patient in no table without it', async () => {
    const naming =
      await names(`SELECT DISTINCT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'part') AND a.attname IN ('patient_id', 'patient_key') AND c.relkind IN ('r', 'p') AND NOT c.relforcerowsecurity`);
    expect(naming).toEqual([]);
  });

  it('lets nobody but the backup past row-level security', async () => {
    expect(await names('SELECT rolname AS name FROM pg_roles WHERE rolbypassrls AND NOT rolsuper')).toEqual(['backup_ro']);
    expect(
      await names(
        "SELECT rolname AS name FROM pg_roles WHERE rolsuper AND rolname IN ('app_rw', 'app_worker', 'concord_owner', 'auditor_ro', 'audit_sequencer')",
      ),
    ).toEqual([]);
  });

  it('has few functions with their owner’s rights: the door of the job queue, an erasure that two people asked for, and the next partition of the record', async () => {
    const definers = await names(`SELECT n.nspname || '.' || p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`);
    expect(definers).toEqual(['app.erase', 'app.erase_done', 'app.keep_record_turning', 'app.rewrite_links', 'app.settle_held', 'jobs.enqueue']);
  });

  it('has no view that reads with its owner’s rights', async () => {
    const views = await names(`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('public', 'part', 'app') AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)`);
    expect(views).toEqual([]);
  });

  it('is the one that was reviewed', async () => {
    const file = path.join(import.meta.dirname, 'postgres-catalogue.snapshot.txt');
    const now = (await names(CATALOGUE)).join('\n') + '\n';
    if (process.env['CONCORD_UPDATE_SNAPSHOTS'] === '1' || !existsSync(file)) writeFileSync(file, now);
    expect(now).toBe(readFileSync(file, 'utf8'));
  });
});

/** Policies, grants, checks, indexes, triggers and functions, one a line: what Prisma does not see. Alike on Postgres 15 and 18. */
const CATALOGUE = `
SELECT 'policy ' || tablename || '.' || policyname || ' ' || cmd || ' to ' || array_to_string(roles, ',') || ' using ' ||
  regexp_replace(coalesce(qual, '-'), '\\s+', ' ', 'g') || ' check ' || regexp_replace(coalesce(with_check, '-'), '\\s+', ' ', 'g') AS name
  FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'grant ' || table_name || ' ' || privilege_type || ' to ' || grantee FROM information_schema.role_table_grants
  WHERE table_schema IN ('public', 'part') AND grantee IN ('app_rw', 'app_worker', 'audit_sequencer', 'auditor_ro', 'PUBLIC')
UNION ALL SELECT 'grant ' || table_name || '.' || column_name || ' UPDATE to ' || grantee FROM information_schema.column_privileges
  WHERE table_schema = 'public' AND privilege_type = 'UPDATE' AND grantee IN ('app_rw', 'app_worker')
UNION ALL SELECT 'check ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE contype = 'c' AND connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'jobs.%'
UNION ALL SELECT 'function ' || p.pronamespace::regnamespace || '.' || p.proname || ' ' || md5(p.prosrc) FROM pg_proc p
  WHERE p.pronamespace IN ('app'::regnamespace) OR p.proname = 'enqueue'
ORDER BY 1`;

describe('the migrations', () => {
  it('are nothing to do the second time, within a blink', async () => {
    const began = performance.now();
    expect(await migrate(database.url('concord_owner'), [prepareQueue])).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('say what the Prisma models say, and Prisma finds nothing to apply', () => {
    expect(prisma('migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma', '--exit-code')).toMatchObject({ status: 0 });
    expect(prisma('migrate', 'status').stdout).toContain('Database schema is up to date');
  });

  it('put ward, source and staff in their place once', async () => {
    await migrate(database.url('concord_owner'), [prepareQueue]);
    expect(await names('SELECT id AS name FROM wards ORDER BY id')).toEqual(['ward-a', 'ward-b']);
    expect(await names('SELECT id AS name FROM sources ORDER BY id')).toEqual(['demo', 'integrator']);
    expect(await names("SELECT ward_id || ' ' || right(subject, 1) AS name FROM ward_staff ORDER BY 1")).toEqual(['ward-a 1', 'ward-a 2', 'ward-b 1']);
  });
});

function prisma(...args: readonly string[]) {
  const root = path.resolve(import.meta.dirname, '../..');
  return spawnSync(process.execPath, [path.join(root, 'node_modules/prisma/build/index.js'), ...args, '--config', 'prisma/prisma.config.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, DATABASE_OWNER_URL: database.url('concord_owner') },
  });
}
