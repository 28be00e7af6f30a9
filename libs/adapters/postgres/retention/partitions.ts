import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { inTransaction } from '../in-transaction.ts';

const PREFIX = 'audit_events_';
/** A lock that is waited for makes others wait behind it: short, and often. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_TRIES = 20;
const PAUSE_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/** One partition of the record, named by its first number; it holds [`from`, `to`), and the last one everything beyond. */
export interface Partition {
  readonly from: number;
  readonly to: number | undefined;
  /** Half detached by a run that was cut off. */
  readonly pending: boolean;
}

export const nameOf = (from: number): string => `part.${PREFIX}${from}`;

/** The partitions of the record in order, and tables that are none any more but were not dropped yet. */
export async function readPartitions(client: pg.ClientBase): Promise<{ readonly attached: readonly Partition[]; readonly loose: readonly number[] }> {
  const { rows } = await client.query<{ from: number; attached: boolean; pending: boolean }>(
    `SELECT substr(c.relname, ${PREFIX.length + 1})::float8 AS from, i.inhrelid IS NOT NULL AS attached, coalesce(i.inhdetachpending, false) AS pending
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE c.relnamespace = 'part'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^${PREFIX}[0-9]+$' ORDER BY 1`,
  );
  const there = rows.filter(({ attached }) => attached);
  return {
    attached: there.map(({ from, pending }, at) => ({ from, to: there[at + 1]?.from, pending })),
    loose: rows.filter(({ attached }) => !attached).map(({ from }) => from),
  };
}

/** Puts a table that was detached back in its place: it begins at its name and ends where the next partition begins. */
export async function attach(client: pg.ClientBase, from: number): Promise<void> {
  const { attached } = await readPartitions(client);
  const to = attached.find((one) => one.from > from)?.from ?? 'MAXVALUE';
  // The oldest holds whatever is older still.
  const lower = attached.some((one) => one.from < from) ? from : 'MINVALUE';
  await client.query(`ALTER TABLE audit_events ATTACH PARTITION ${nameOf(from)} FOR VALUES FROM (${lower}) TO (${to})`);
}

/** Runs with the owner's right to see what of the record may not go yet. */
export async function retiring<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query("SELECT set_config('app.retiring', 'audit_events', true)");
    return work();
  });
}

/** What waits for a lock in vain is tried again, so that nobody waits behind it for long. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || tries >= LOCK_TRIES) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** A lock was not to be had in time. */
export const isBusy = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;

/** A connection of the owner that waits for no lock longer than `LOCK_TIMEOUT_MS`. */
export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, lock_timeout: LOCK_TIMEOUT_MS });
  await client.connect();
  return work(client).finally(() => client.end());
}
