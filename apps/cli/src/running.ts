import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { VerbFailed } from './verb.ts';

/** What a start writes to `run.json` in its data folder (mode 0600) while it runs, so that the command line finds it. */
export const runFileSchema = z.object({
  pid: z.number().int(),
  url: z.url(),
  databaseUrl: z.string(),
  databaseWorkerUrl: z.string(),
  databaseOwnerUrl: z.string(),
  identityUrl: z.string(),
  keyFile: z.string(),
});
export type RunFile = z.infer<typeof runFileSchema>;

export const runFilePath = (dataDir: string): string => join(dataDir, 'run.json');

/** The running start of this data folder, or undefined when there is none. */
export async function findRunning(dataDir: string): Promise<RunFile | undefined> {
  const text = await readFile(runFilePath(dataDir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const read = runFileSchema.safeParse(parseJson(text));
  return read.success ? read.data : undefined;
}

/** @throws VerbFailed when nothing runs from this data folder. */
export async function requireRunning(dataDir: string): Promise<RunFile> {
  const running = await findRunning(dataDir);
  if (running === undefined) {
    throw new VerbFailed(`Concord does not run from ${dataDir}: run \`npm start\` first, or set CONCORD_DATA_DIR to the folder of the one that runs.`);
  }
  return running;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
