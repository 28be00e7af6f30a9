import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackupError, openFile, sealedSize, sealFile } from './sealed-file.ts';

/** One file of a backup, by its path under the data folder. */
export interface BackedUp {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly mode: number;
}

export interface Manifest {
  readonly format: 1;
  /** Names the backup and sorts by time: `2026-11-27T20-15-00Z`. */
  readonly stamp: string;
  /** The moment whose state a restore brings back, ISO 8601. */
  readonly consistentAt: string;
  readonly folders: readonly string[];
  readonly files: readonly BackedUp[];
  /** Leaves of the tree of the record at that moment. */
  readonly auditLeaves: number;
}

const MANIFEST = 'manifest';
const LOG = 'log';

/** What came after a backup: the database's own log up to a moment, and the keys and blobs that its rows need. */
export interface LogManifest {
  readonly format: 1;
  /** Any moment from the backup up to this one can be restored; ISO 8601. */
  readonly until: string;
  /** By path: `wal/` and a segment's name, or as in a backup. Of one path the last counts. */
  readonly files: readonly LogFile[];
}

export interface LogFile extends BackedUp {
  /** Under which path it is stored: a segment that was still being written is stored anew each time. */
  readonly storedAs: string;
}
/** Blobs are written once and never change: all backups of a folder share them, and a copy that is there is not made again. */
const POOLED = 'blobs/';

/**
 * Backups in one folder: each in a folder of its own named by its stamp, and a pool of blobs. A backup without a manifest was
 * never finished, and is none. Everything is sealed under the key of the backups, names included.
 */
export class BackupSet {
  private readonly folder: string;
  private readonly key: Uint8Array;

  constructor(folder: string, key: Uint8Array) {
    this.folder = folder;
    this.key = key;
  }

  /** Oldest first; unfinished ones are not among them. */
  async stamps(): Promise<readonly string[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = [];
    for (const name of names) if (await exists(join(this.folder, name, MANIFEST))) found.push(name);
    return found.sort();
  }

  /** @returns undefined when the file went away meanwhile, as files of a running database do. */
  async add(stamp: string, from: string, path: string): Promise<BackedUp | undefined> {
    const source = await open(from, 'r').catch(() => undefined);
    if (source === undefined) return undefined;
    try {
      const { mode, size } = await source.stat();
      const target = this.placeOf(stamp, path);
      const sealing = this.sealingOf(stamp, path);
      if (path.startsWith(POOLED) && (await sizeOf(target)) === sealedSize(size)) return { path, mode: mode & 0o777, ...(await openFile(target, sealing)) };
      return { path, mode: mode & 0o777, ...(await sealFile(source, target, sealing)) };
    } finally {
      await source.close();
    }
  }

  /** The same for bytes that no file holds as they are. */
  async addBytes(stamp: string, bytes: Uint8Array, path: string): Promise<BackedUp> {
    const draft = `${this.placeOf(stamp, path)}.plain`;
    await mkdir(dirname(draft), { recursive: true, mode: 0o700 });
    await writeFile(draft, bytes, { mode: 0o600 });
    const added = await this.add(stamp, draft, path);
    await rm(draft);
    if (added === undefined) throw new BackupError(`${path} went away while it was stored`);
    return added;
  }

  /** A small part, opened. @throws BackupError */
  async read(stamp: string, file: BackedUp): Promise<Buffer> {
    const draft = `${this.placeOf(stamp, file.path)}.opened`;
    await this.restore(stamp, file, draft);
    return readFile(draft).finally(() => rm(draft));
  }

  finish(manifest: Manifest): Promise<void> {
    return this.writeJson(manifest.stamp, MANIFEST, manifest);
  }

  /** From now on what it names is restored; a run that was stopped before leaves the one before it in force. */
  finishLog(stamp: string, log: LogManifest): Promise<void> {
    return this.writeJson(stamp, LOG, log);
  }

  /** Undefined when no log was kept after this backup. @throws BackupError */
  async log(stamp: string): Promise<LogManifest | undefined> {
    return (await exists(join(this.folder, stamp, LOG))) ? ((await this.readJson(stamp, LOG)) as LogManifest) : undefined;
  }

  /** What no manifest names any more. */
  async drop(stamp: string, path: string): Promise<void> {
    await rm(this.placeOf(stamp, path), { force: true });
  }

  private async writeJson(stamp: string, name: string, content: object): Promise<void> {
    const draft = join(this.folder, stamp, `${name}.plain`);
    await mkdir(dirname(draft), { recursive: true, mode: 0o700 });
    await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
    const source = await open(draft, 'r+');
    try {
      await sealFile(source, join(this.folder, stamp, name), { key: this.key, place: `${stamp}/${name}` });
      await source.truncate(0);
    } finally {
      await source.close();
    }
  }

  private async readJson(stamp: string, name: string): Promise<unknown> {
    const plain = join(this.folder, stamp, `${name}.plain`);
    await openFile(join(this.folder, stamp, name), { key: this.key, place: `${stamp}/${name}` }, plain);
    const text = await readFile(plain, 'utf8');
    await writeFile(plain, '');
    return JSON.parse(text);
  }

  /** @throws BackupError when there is none of this stamp, or it does not open. */
  async manifest(stamp: string): Promise<Manifest> {
    return (await this.readJson(stamp, MANIFEST)) as Manifest;
  }

  /** @throws BackupError when a part is missing, cut short or altered. */
  async check(stamp: string, file: BackedUp): Promise<void> {
    compare(file, await openFile(this.placeOf(stamp, file.path), this.sealingOf(stamp, file.path)));
  }

  /** @throws BackupError */
  async restore(stamp: string, file: BackedUp, target: string): Promise<void> {
    compare(file, await openFile(this.placeOf(stamp, file.path), this.sealingOf(stamp, file.path), target));
    await chmod(target, file.mode);
  }

  private sealingOf(stamp: string, path: string) {
    return { key: this.key, place: path.startsWith(POOLED) ? path : `${stamp}/${path}` };
  }

  private placeOf(stamp: string, path: string): string {
    const name = createHash('sha256').update(path).digest('hex');
    return path.startsWith(POOLED) ? join(this.folder, 'pool', name.slice(0, 2), name) : join(this.folder, stamp, 'data', name.slice(0, 2), name);
  }
}

function compare(file: BackedUp, found: { readonly size: number; readonly sha256: string }): void {
  if (found.size !== file.size || found.sha256 !== file.sha256) throw new BackupError(`${file.path} is not what was backed up`);
}

async function exists(file: string): Promise<boolean> {
  return (await sizeOf(file)) !== undefined;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
