import { chownSync, readFileSync } from 'node:fs';

/** The system account that runs the server. Postgres refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * @returns undefined for an ordinary user, who runs the server as themselves; for root the account `postgres`, else `nobody`.
 * @throws when root has neither: a uid without an entry in the password file makes initdb fail.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody'].map((name) => accountIn(lines, name)).find((account) => account !== undefined);
  if (found === undefined) throw new Error('Postgres cannot run as root, and there is no account "postgres" or "nobody" to run it as');
  return found;
}

function accountIn(lines: readonly string[], wanted: string): Account | undefined {
  const fields = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':');
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { name: wanted, uid, gid } : undefined;
}

/** Hands a file or folder to the account; nothing to do for an ordinary user. */
export function give(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
