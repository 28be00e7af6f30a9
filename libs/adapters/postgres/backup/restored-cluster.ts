import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { give, serverAccount, type Account } from '../cluster/account.ts';

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
