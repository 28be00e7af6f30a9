import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const environment = z.object({
  DATABASE_WORKER_URL: z.string().min(1),
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
  CONCORD_KEY_FILE: z.string().min(1).optional(),
  CONCORD_MODELS_DIR: z.string().min(1).default('infra/models'),
});

/** Everything the worker is told from outside. Nothing else in this app reads the environment. */
export interface Config {
  /** Role `app_worker`: the machine's own role, with its own purpose. */
  readonly databaseUrl: string;
  readonly demo: boolean;
  readonly dataDir: string;
  readonly keyFile: string;
  readonly modelsDir: string;
}

/** @throws Error with one plain line for whoever starts the program. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new Error(`Setting ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const given = parsed.data;
  const dataDir = resolve(given.CONCORD_DATA_DIR ?? join(homedir(), '.concord'));
  return {
    databaseUrl: given.DATABASE_WORKER_URL,
    demo: given.CONCORD_ENV === 'demo',
    dataDir,
    keyFile: given.CONCORD_KEY_FILE ?? join(dataDir, 'root.key'),
    modelsDir: resolve(given.CONCORD_MODELS_DIR),
  };
}
