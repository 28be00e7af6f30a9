import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate, startCluster } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';

const TEMPLATE = 'concord_template';

/**
 * One Postgres for the whole run, and one migrated database that every test file clones.
 * `CONCORD_TEST_POSTGRES_BIN` names other server programs, for example `/usr/lib/postgresql/15/bin`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'concord-test-'));
  chmodSync(folder, 0o755);
  const bin = process.env['CONCORD_TEST_POSTGRES_BIN'];
  // Nothing of a test run need survive a crash of the machine.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
  const cluster = await startCluster({ dataDir: path.join(folder, 'pg'), log: () => undefined, settings, ...(bin === undefined ? {} : { bin }) });
  await makeTemplate(cluster.url('postgres', 'postgres'));
  await migrate(cluster.url('concord_owner', TEMPLATE), [prepareQueue]);
  project.provide('clusterUrl', cluster.url('{role}', '{database}').replace('%7Brole%7D', '{role}').replace('%7Bdatabase%7D', '{database}'));
  return async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE} OWNER concord_owner`);
  await client.end();
}
