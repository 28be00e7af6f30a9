import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from './places.ts';

/** A folder that changed less than this before it was looked at may change again within the same tick of the file system's clock. */
const SETTLED_MS = 1_000;
const DRAFT = '.draft';

interface Folder {
  /** Time of its last change, as it was before its names were read; undefined while that is too fresh to be trusted. */
  seenAt: number | undefined;
  folders: readonly string[];
}

/**
 * Which keys and blobs are new or replaced since the last look. They are put in place by a rename or a link, which changes the
 * folder that holds them: only the files of such folders are looked at, so that a look costs by the folder and not by the file.
 */
export class Changes {
  private readonly parts: readonly Part[];
  private readonly folders = new Map<string, Folder>();
  /** Size and time of change of every file as it was last seen. */
  private readonly files = new Map<string, string>();
  /** How many files the last look asked the file system about. */
  asked = 0;

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }

  /** By their path in a backup; everything at the first look. What went away is not told. */
  async look(): Promise<readonly string[]> {
    this.asked = 0;
    const changed: string[] = [];
    for (const { name, path } of this.parts) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) await this.lookInto({ path, name, mtimeMs: found.mtimeMs }, changed);
      else if (found !== undefined) this.compare(name, found, changed);
    }
    return changed;
  }

  private async lookInto(
    { path, name, mtimeMs }: { readonly path: string; readonly name: string; readonly mtimeMs: number },
    changed: string[],
  ): Promise<void> {
    const known = this.folders.get(path);
    const folder = known?.seenAt === mtimeMs ? known : await this.read({ path, name, mtimeMs }, changed);
    for (const inner of folder.folders) {
      const found = await stat(join(path, inner)).catch(() => undefined);
      if (found !== undefined) await this.lookInto({ path: join(path, inner), name: `${name}/${inner}`, mtimeMs: found.mtimeMs }, changed);
    }
  }

  private async read({ path, name, mtimeMs }: { readonly path: string; readonly name: string; readonly mtimeMs: number }, changed: string[]): Promise<Folder> {
    const seenAt = Date.now() - mtimeMs > SETTLED_MS ? mtimeMs : undefined;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() || entry.name.endsWith(DRAFT)) continue;
      const found = await stat(join(path, entry.name)).catch(() => undefined);
      if (found !== undefined) this.compare(`${name}/${entry.name}`, found, changed);
    }
    const folder = { seenAt, folders: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name) };
    this.folders.set(path, folder);
    return folder;
  }

  private compare(name: string, { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number }, changed: string[]): void {
    this.asked += 1;
    const now = `${size}:${mtimeMs}`;
    if (this.files.get(name) === now) return;
    this.files.set(name, now);
    changed.push(name);
  }
}
