import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openBundleFiles, type AuditFolder } from '@concord/adapters/anchors';
import { openExports, type ExportSettings } from '@concord/adapters/postgres';

export interface ExportsSettings {
  readonly url: string;
  readonly folder: AuditFolder;
  readonly making: Omit<ExportSettings, 'progress' | 'publicKeys'>;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 500;

/** Makes the exports that officers ask for, beside the sequencing; one that a stop interrupted is made anew: the same bytes. */
export async function runExports({ url, folder, making, signal }: ExportsSettings): Promise<void> {
  const queue = await openExports(url);
  try {
    while (!signal.aborted) {
      const task = await queue.next();
      if (task === undefined) await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      else await queue.make(task, { ...making, publicKeys: await readFile(folder.publicKeys) }, await openBundleFiles(join(folder.exports, task.id)));
    }
  } finally {
    await queue.close();
  }
}
