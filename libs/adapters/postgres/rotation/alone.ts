import pg from 'pg';

/** One number for every change of patients' keys and for every copy of them ("keys"). */
const LOCK = 0x6b65_7973;

/** Somebody else changes keys, or copies them for a backup, at this moment. */
export class KeysBusy extends Error {
  override readonly name = 'KeysBusy';
}

/**
 * Runs what changes the keys of patients while nobody else does: two at once would each write an entry that lacks what the other
 * just made. @throws KeysBusy
 */
export function aloneWithKeys<T>(url: string, work: () => Promise<T>): Promise<T> {
  return holding(url, 'pg_try_advisory_lock', work);
}

/**
 * Runs what copies database and keys, while nobody changes them: rows of before beside keys of after would not open.
 * @throws KeysBusy
 */
export function besideKeys<T>(url: string, work: () => Promise<T>): Promise<T> {
  return holding(url, 'pg_try_advisory_lock_shared', work);
}

async function holding<T>(url: string, lock: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>(`SELECT ${lock}($1) AS held`, [LOCK]);
    if (rows[0]?.held !== true) throw new KeysBusy('the keys of patients are being changed, or copied for a backup: try again when that has ended');
    return await work();
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}
