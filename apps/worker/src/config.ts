import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isPlainOnNetwork } from '@concord/adapters/postgres';

const environment = z.object({
  DATABASE_WORKER_URL: z.string().min(1),
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
  CONCORD_KEY_FILE: z.string().min(1).optional(),
  CONCORD_AUDIT_DIR: z.string().min(1).optional(),
  CONCORD_MODELS_DIR: z.string().min(1).default('infra/models'),
  CONCORD_ALERT_PATIENTS: z.coerce.number().int().min(1).max(100_000).default(100),
  CONCORD_ALERT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(10),
  CONCORD_ATNA_HOST: z.string().min(1).optional(),
  CONCORD_ATNA_PORT: z.coerce.number().int().min(1).max(65_535).default(6514),
  CONCORD_ATNA_CA_FILE: z.string().min(1).optional(),
  CONCORD_ATNA_CERT_FILE: z.string().min(1).optional(),
  CONCORD_ATNA_KEY_FILE: z.string().min(1).optional(),
  CONCORD_ATNA_SPOOL_MB: z.coerce.number().int().min(1).max(10_240).default(64),
});

/** The audit repository of the house: DICOM audit messages by syslog over TLS. */
export interface AtnaConfig {
  readonly host: string;
  readonly port: number;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly dataDir: string;
  readonly spoolMb: number;
}

/** Everything the worker is told from outside. Nothing else in this app reads the environment. */
export interface Config {
  /** Role `app_worker`: the machine's own role, with its own purpose. */
  readonly databaseUrl: string;
  readonly demo: boolean;
  readonly dataDir: string;
  readonly keyFile: string;
  /** Where the ledger of erasures lies, with the checkpoints. */
  readonly auditDir: string;
  readonly modelsDir: string;
  /** From how many patients of one reader on, in how long, the privacy officer is told. */
  readonly watch: { readonly patients: number; readonly windowMs: number };
  /** Undefined when no repository is set. */
  readonly atna: AtnaConfig | undefined;
}

/** @throws Error with one plain line for whoever starts the program. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new Error(`Setting ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const given = parsed.data;
  if (given.CONCORD_ENV === 'production' && isPlainOnNetwork(given.DATABASE_WORKER_URL))
    throw new Error('DATABASE_WORKER_URL must say sslmode=verify-full with CONCORD_ENV=production: the database is on a network.');
  const dataDir = resolve(given.CONCORD_DATA_DIR ?? join(homedir(), '.concord'));
  return {
    databaseUrl: given.DATABASE_WORKER_URL,
    demo: given.CONCORD_ENV === 'demo',
    dataDir,
    keyFile: given.CONCORD_KEY_FILE ?? join(dataDir, 'root.key'),
    auditDir: resolve(given.CONCORD_AUDIT_DIR ?? join(dataDir, 'audit')),
    modelsDir: resolve(given.CONCORD_MODELS_DIR),
    watch: { patients: given.CONCORD_ALERT_PATIENTS, windowMs: given.CONCORD_ALERT_MINUTES * 60_000 },
    atna: atnaOf(given, dataDir),
  };
}

function atnaOf(given: z.infer<typeof environment>, dataDir: string): AtnaConfig | undefined {
  if (given.CONCORD_ATNA_HOST === undefined) return undefined;
  return {
    host: given.CONCORD_ATNA_HOST,
    port: given.CONCORD_ATNA_PORT,
    caFile: given.CONCORD_ATNA_CA_FILE,
    certFile: given.CONCORD_ATNA_CERT_FILE,
    keyFile: given.CONCORD_ATNA_KEY_FILE,
    dataDir,
    spoolMb: given.CONCORD_ATNA_SPOOL_MB,
  };
}
