import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** What a running server rebuilds by itself, or that belongs to this run of it alone. Their folders stay, empty. */
const EMPTY = ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'];
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'backup_label', 'tablespace_map', 'current_logfiles', 'concord_backup_label'];
const LABEL = 'concord_backup_label';

export interface BaseBackup {
  /** Paths under the cluster's folder. */
  readonly folders: readonly string[];
  /** The moment whose state the copy brings back. */
  readonly consistentAt: Date;
  readonly auditLeaves: number;
}

/**
 * Copies a running cluster file by file, as `pg_basebackup` does: between the server's own start and stop of a backup, with
 * the log that belongs to it, which a slot keeps from being recycled meanwhile.
 * @param copy one file, by its path under the cluster's folder; a file that went away meanwhile is none.
 * @throws when the server ends, or another backup by this name runs.
 */
export async function baseBackup(superuserUrl: string, dataDir: string, copy: (path: string) => Promise<void>): Promise<BaseBackup> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_create_physical_replication_slot('concord_backup', true, true)");
    const started = await client.query<{ wal: string }>("SELECT pg_walfile_name(pg_backup_start('concord', true)) AS wal");
    const folders: string[] = [];
    await copyTree(dataDir, '', { folders, copy });
    const leaves = await client.query<{ n: number }>('SELECT count(*)::float8 AS n FROM audit_leaves');
    const stopped = await client.query<{ label: string; wal: string; now: Date }>(
      'SELECT labelfile AS label, pg_walfile_name(lsn) AS wal, clock_timestamp() AS now FROM pg_backup_stop(false)',
    );
    const [first, last] = [started.rows[0]?.wal ?? '', stopped.rows[0]];
    if (last === undefined) throw new Error('the server did not end the backup');
    await writeFile(join(dataDir, LABEL), last.label);
    await copy(LABEL);
    for (const name of (await readdir(join(dataDir, 'pg_wal'))).sort()) {
      if (/^[0-9A-F]{24}$/.test(name) && name >= first && name <= last.wal) await copy(`pg_wal/${name}`);
    }
    return { folders, consistentAt: last.now, auditLeaves: leaves.rows[0]?.n ?? 0 };
  } finally {
    await client.end();
  }
}

interface Walk {
  readonly folders: string[];
  readonly copy: (path: string) => Promise<void>;
}

async function copyTree(root: string, path: string, walk: Walk): Promise<void> {
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`;
    if (LEFT_OUT.includes(entry.name) || /^(pgsql_tmp|\.s\.PGSQL)/.test(entry.name)) continue;
    if (entry.isDirectory()) {
      walk.folders.push(inner);
      if (!EMPTY.includes(inner)) await copyTree(root, inner, walk);
    } else if (entry.isFile()) await walk.copy(inner);
  }
}
