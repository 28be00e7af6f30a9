import pg from 'pg';

const TRIES = 20;
const PAUSE_MS = 250;
/** Not granted: on a server that is not ours the administrator's own log rules apply. */
const REFUSED = '42501';

/**
 * Rewrites the pages in which deleted links and look-ups still stand, once no transaction can see them any more, and lets the
 * log go on in a new file, so that the next checkpoint removes the old one (`wal_recycle = off`).
 */
export async function rewriteErased(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ x: string }>('SELECT pg_current_xact_id()::text AS x');
    await untilUnseen(client, rows[0]?.x ?? '0');
    await client.query('SELECT app.rewrite_links()');
    await client.query('SELECT pg_switch_wal()').catch((error: unknown) => {
      if (!(error instanceof pg.DatabaseError && error.code === REFUSED)) throw error;
    });
  } finally {
    client.release();
  }
}

/** What a transaction from before still sees, a rewrite would carry over. */
async function untilUnseen(client: pg.ClientBase, since: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { rows } = await client.query<{ old: boolean }>('SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS old', [since]);
    if (rows[0]?.old === true) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
