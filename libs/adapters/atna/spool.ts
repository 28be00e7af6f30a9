import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Batches on disk, in order; each is there whole or not at all. */
export class Spool {
  private readonly folder: string;
  private readonly bytesMost: number;

  private constructor(folder: string, bytesMost: number) {
    this.folder = folder;
    this.bytesMost = bytesMost;
  }

  static async open(folder: string, bytesMost: number): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // What was half written when the machine stopped was never counted as taken.
    for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(path.join(folder, name));
    return new Spool(folder, bytesMost);
  }

  /** True while there is room: then the next events are taken from the record. */
  async hasRoom(): Promise<boolean> {
    let bytes = 0;
    for (const name of await this.names()) bytes += (await stat(path.join(this.folder, name))).size;
    return bytes < this.bytesMost;
  }

  /** On disk when it resolves: bytes, name and folder. */
  async put(name: string, bytes: Buffer): Promise<void> {
    const part = path.join(this.folder, `${name}.part`);
    const file = await open(part, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path.join(this.folder, `${name}.batch`));
    await this.syncFolder();
  }

  async names(): Promise<readonly string[]> {
    return (await readdir(this.folder)).filter((name) => name.endsWith('.batch')).sort();
  }

  read(name: string): Promise<Buffer> {
    return readFile(path.join(this.folder, name));
  }

  /** The newest batch is kept, empty, for its name says up to where the record was taken. */
  async done(name: string): Promise<void> {
    const names = await this.names();
    if (names.at(-1) === name) await this.put(name.replace('.batch', ''), Buffer.alloc(0));
    else await rm(path.join(this.folder, name));
    await this.syncFolder();
  }

  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
  }
}
