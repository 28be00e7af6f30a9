import { readFile, rename, writeFile } from 'node:fs/promises';
import type { AuditFolder } from './folder.ts';

/** How the sequencer is, for whoever watches: written about every second while it lives. */
export interface LogStatus {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly size: number;
  /** Age of the oldest event that got its leaf last. */
  readonly lagMs: number;
  /** What a person must look at, or null. */
  readonly alarm: string | null;
}

export async function writeStatus(folder: AuditFolder, status: LogStatus): Promise<void> {
  await writeFile(`${folder.status}.new`, JSON.stringify(status));
  await rename(`${folder.status}.new`, folder.status);
}

/** Undefined when no sequencer ever ran here. */
export async function readStatus(folder: AuditFolder): Promise<LogStatus | undefined> {
  const text = await readFile(folder.status, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const read: unknown = JSON.parse(text);
  return isStatus(read) ? read : undefined;
}

function isStatus(value: unknown): value is LogStatus {
  return typeof value === 'object' && value !== null && 'at' in value && 'lagMs' in value && typeof value.at === 'number' && typeof value.lagMs === 'number';
}
