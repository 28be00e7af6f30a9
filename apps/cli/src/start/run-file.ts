import { rename, rm, writeFile } from 'node:fs/promises';
import { runFilePath, type RunFile } from '../running.ts';

/** Says where this run is. Written beside its place and moved there, so that a reader never sees half of it. */
export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  const path = runFilePath(dataDir);
  await writeFile(`${path}.new`, JSON.stringify(run, undefined, 1), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(runFilePath(dataDir), { force: true });
}
