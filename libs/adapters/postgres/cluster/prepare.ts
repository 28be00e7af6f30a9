import pg from 'pg';

/** True when the server takes connections. */
export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that is still starting closes the connection; that is the answer "not yet".
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * What only a superuser can give, once per server: the owner of the schema (no superuser, so row-level security binds it) and
 * the backup, the one role that may bypass row-level security. Everything else is in the migrations.
 */
export const SERVER_ROLES = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'concord_owner') THEN
    CREATE ROLE concord_owner LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup_ro') THEN
    CREATE ROLE backup_ro LOGIN NOSUPERUSER BYPASSRLS;
  END IF;
END $$`;

/** Roles and the database `concord`; again it changes nothing. */
export async function prepareServer(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(SERVER_ROLES);
    const found = await client.query("SELECT FROM pg_database WHERE datname = 'concord'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE concord OWNER concord_owner TEMPLATE template0');
  } finally {
    await client.end();
  }
}

/** After the migrations: the worker may let the log go on in a new file, so that what was erased leaves it soon. */
export async function grantLogSwitch(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query('GRANT EXECUTE ON FUNCTION pg_switch_wal() TO app_worker');
  } finally {
    await client.end();
  }
}
