import pg from 'pg';
import { blobWrapPlace, waitingWrapPlace } from '../places.ts';

const BATCH = 500;

/** Rows whose key hangs on the root key itself: arrivals that nobody could be matched to. */
const TABLES = [
  { table: 'blobs', id: 'name', place: blobWrapPlace },
  { table: 'reconcile_items', id: 'id', place: waitingWrapPlace },
] as const;

/**
 * Wraps again, under the newest root key, what still hangs on an older one. Repeated after a crash it goes on where it was.
 * @param rewrap undefined when a wrapped key needs no change.
 * @returns how many changed.
 */
export async function rewrapRows(ownerUrl: string, rewrap: (wrapped: Buffer, place: string) => Buffer | undefined): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("SELECT set_config('app.rotating', 'root', false)");
    let changed = 0;
    for (const { table, id, place } of TABLES) {
      for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
        const { rows } = await client.query<{ id: string; wrapped: Buffer }>(
          `SELECT ${id} AS id, wrapped FROM ${table} WHERE ${id} > $1 ORDER BY ${id} LIMIT ${BATCH}`,
          [after],
        );
        for (const row of rows) {
          const wrapped = rewrap(row.wrapped, place(row.id));
          if (wrapped === undefined) continue;
          await client.query(`UPDATE ${table} SET wrapped = $2 WHERE ${id} = $1`, [row.id, wrapped]);
          changed += 1;
        }
        after = rows.at(-1)?.id ?? after;
        if (rows.length < BATCH) break;
      }
    }
    return changed;
  } finally {
    await client.end();
  }
}
