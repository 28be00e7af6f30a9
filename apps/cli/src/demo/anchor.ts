import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hours, instant, minus, type Instant } from '@concord/core/kernel';

const schema = z.object({ seed: z.number().int(), anchor: z.number().int(), upTo: z.number().int(), patients: z.number().int() });

/** When the demo began, which decides every course, and how far its vital signs are stored. */
export interface DemoClock {
  readonly seed: number;
  readonly anchor: Instant;
  readonly upTo: Instant;
  /** How many patients are laid down whole; 0 while the first seed has not ended. */
  readonly patients: number;
}

/** Vital signs of this long before the beginning are laid down. */
export const PAST = hours(48);
/** Which patients the demonstration has: the same ones on every machine. */
export const DEMO_SEED = 24;

/** The clock that was kept, or a new one that begins now. */
export async function readDemoClock(dataDir: string, now: Instant): Promise<DemoClock> {
  const text = await readFile(path(dataDir), 'utf8').catch(() => undefined);
  if (text === undefined) return { seed: DEMO_SEED, anchor: now, upTo: minus(now, PAST), patients: 0 };
  const { seed, anchor, upTo, patients } = schema.parse(JSON.parse(text));
  return { seed, anchor: instant(anchor), upTo: instant(upTo), patients };
}

export async function writeDemoClock(dataDir: string, clock: DemoClock): Promise<void> {
  await mkdir(dirname(path(dataDir)), { recursive: true });
  await writeFile(`${path(dataDir)}.new`, JSON.stringify(clock), { mode: 0o600 });
  await rename(`${path(dataDir)}.new`, path(dataDir));
}

const path = (dataDir: string): string => join(dataDir, 'demo.json');
