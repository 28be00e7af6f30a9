import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { give, serverAccount, type Account } from '../cluster/account.ts';
import { startCluster, type Cluster, type ClusterSettings } from '../cluster/cluster.ts';

/** Makes the restored files a cluster that the server's account may start, with the folders that the copy left empty. */
export function adoptCluster(dataDir: string, folders: readonly string[]): void {
  for (const folder of [...folders, 'pg_wal/archive_status', 'pg_logical/snapshots', 'pg_logical/mappings']) {
    mkdirSync(path.join(dataDir, folder), { recursive: true, mode: 0o700 });
  }
  const label = path.join(dataDir, 'concord_backup_label');
  if (existsSync(label)) renameSync(label, path.join(dataDir, 'backup_label'));
  adopt(dataDir, serverAccount());
}

function adopt(folder: string, account: Account | undefined): void {
  chmodSync(folder, 0o700);
  give(folder, account);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory()) adopt(inner, account);
    else give(inner, account);
  }
}

/**
 * Starts a restored cluster and plays the log back, up to a moment that the log reaches. `logFolder` holds segments under their
 * names. Nobody reads before the moment is reached.
 */
export async function startAt(to: Date, logFolder: string, settings: Omit<ClusterSettings, 'settings'>): Promise<Cluster> {
  const account = serverAccount();
  adopt(logFolder, account);
  const mark = path.join(settings.dataDir, 'recovery.signal');
  writeFileSync(mark, '', { mode: 0o600 });
  give(mark, account);
  const log = { restore_command: `cp "${logFolder}/%f" "%p"`, hot_standby: 'off' };
  // Read before the server knows names of zones: an offset in figures.
  const target = { recovery_target_time: to.toISOString().replace('T', ' ').replace('Z', '+00'), recovery_target_action: 'promote' };
  return startCluster({ ...settings, settings: { ...log, ...target } }).catch((problem: unknown) => {
    // Nothing was committed between the moment and the log's end: the end is the moment.
    if (problem instanceof Error && problem.message.includes('recovery ended before configured recovery target'))
      return startCluster({ ...settings, settings: log });
    throw problem;
  });
}

/** Leaves of the tree of the record in a database. */
export async function leavesIn(superuserUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    return (await client.query<{ n: number }>('SELECT coalesce(max(leaf_index) + 1, 0)::float8 AS n FROM audit_leaves')).rows[0]?.n ?? 0;
  } finally {
    await client.end();
  }
}
