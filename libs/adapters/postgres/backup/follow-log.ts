import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

const SLOT = 'concord_log';
const SEGMENT = /^[0-9A-F]{24}$/;

/** The write-ahead log as far as it is on disk, at one moment. */
export interface LogPosition {
  /** `clock_timestamp()` of the server: everything acknowledged before it is in the copied log. */
  readonly at: Date;
  readonly auditLeaves: number;
  /** Segments by name; the last one is still being written, and its copy is good up to this moment. */
  readonly segments: readonly { readonly name: string; readonly path: string; readonly isComplete: boolean }[];
  /** Tells the server that it may recycle what lies before this moment. */
  readonly release: () => Promise<void>;
}

export interface LogFollower {
  /** @returns undefined when nothing was written since the last call. */
  next(): Promise<LogPosition | undefined>;
  /** Gives the slot back: from then on the server keeps no log for us. */
  close(): Promise<void>;
}

interface Row {
  readonly lsn: string;
  readonly name: string;
  readonly at: Date;
  readonly leaves: number;
}

const NOW = `SELECT pg_current_wal_flush_lsn()::text AS lsn, pg_walfile_name(pg_current_wal_flush_lsn()) AS name, clock_timestamp() AS at,
  (SELECT coalesce(max(leaf_index) + 1, 0)::float8 FROM audit_leaves) AS leaves`;

/**
 * Keeps a running cluster's log from being recycled, from this call on, until it was copied. Open it before the base backup that
 * the log shall go on from.
 * @throws when another follower is at work.
 */
export async function followLog(superuserUrl: string, dataDir: string): Promise<LogFollower> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  // Temporary: a follower that was killed leaves nothing that fills the disk.
  await client.query(`SELECT pg_create_physical_replication_slot('${SLOT}', true, true)`);
  const began = (await client.query<Row>(NOW)).rows[0];
  const from = began?.name ?? '';
  const copied = new Set<string>();
  let last = '';
  return {
    async next() {
      const now = (await client.query<Row>(NOW)).rows[0];
      if (now === undefined || now.lsn === last) return undefined;
      const names = (await readdir(join(dataDir, 'pg_wal')))
        .filter((name) => SEGMENT.test(name) && name >= from && name <= now.name && !copied.has(name))
        .sort();
      return {
        at: now.at,
        auditLeaves: now.leaves,
        segments: names.map((name) => ({ name, path: join(dataDir, 'pg_wal', name), isComplete: name < now.name })),
        async release() {
          for (const name of names) if (name < now.name) copied.add(name);
          last = now.lsn;
          await client.query(`SELECT pg_replication_slot_advance('${SLOT}', $1::pg_lsn)`, [now.lsn]);
        },
      };
    },
    close: () => client.end(),
  };
}
