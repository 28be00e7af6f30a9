import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65535);
const schema = z.object({
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_PORT: port.default(3000),
  CONCORD_BIND: z.string().default('127.0.0.1'),
  CONCORD_PUBLIC_URL: z.url().optional(),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
  CONCORD_KEY_FILE: z.string().min(1).optional(),
  CONCORD_BACKUP_KEY_FILE: z.string().min(1).optional(),
  CONCORD_MODELS_DIR: z.string().min(1).optional(),
  CONCORD_SITE_TIME_ZONE: z.string().default('Europe/Berlin'),
  CONCORD_DEMO_PATIENTS: z.coerce.number().int().min(0).max(1000).optional(),
  CONCORD_DEMO_DATA: z.string().min(1).optional(),
  CONCORD_STRICT: z.string().optional(),
  DATABASE_URL: z.string().min(1).optional(),
  DATABASE_WORKER_URL: z.string().min(1).optional(),
  DATABASE_OWNER_URL: z.string().min(1).optional(),
  DATABASE_AUDIT_URL: z.string().min(1).optional(),
  CONCORD_AUDIT_DIR: z.string().min(1).optional(),
  CONCORD_AUDIT_WITNESS_DIR: z.string().min(1).optional(),
});

/** The settings of the command line and of the start; DESIGN 10 lists their names. */
export interface Settings {
  readonly environment: 'demo' | 'production';
  readonly port: number;
  readonly bind: string;
  /** Issuer, links, audience: one origin. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly keyFile: string;
  /** Key that seals backups; beside the root key unless said. */
  readonly backupKeyFile: string | undefined;
  readonly modelsDir: string;
  readonly siteTimeZone: string;
  /** How many patients the demo has; all that the generator names, unless a test wants fewer. */
  readonly demoPatients: number | undefined;
  /** Folder of open sets that the demo's patients are assembled from; without it the generator makes them. */
  readonly demoData: string | undefined;
  readonly strict: boolean;
  readonly databaseUrl: string | undefined;
  readonly databaseWorkerUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  readonly databaseAuditUrl: string | undefined;
  /** Keys, heads, receipts and exports of the audit log: outside the database. */
  readonly auditDir: string;
  /** Heads that the witness countersigned, with its key. */
  readonly witnessDir: string;
  /** Root of the working copy. */
  readonly root: string;
}

/**
 * The only reader of the environment in this app.
 * @throws z.ZodError naming the setting that cannot be read.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const given = schema.parse(env);
  const dataDir = resolve(given.CONCORD_DATA_DIR ?? usualDataDir());
  const auditDir = resolve(given.CONCORD_AUDIT_DIR ?? join(dataDir, 'audit'));
  const root = resolve(import.meta.dirname, import.meta.dirname.includes('/dist/') ? '../../../..' : '../../..');
  return {
    environment: given.CONCORD_ENV,
    port: given.CONCORD_PORT,
    bind: given.CONCORD_BIND,
    publicUrl: given.CONCORD_PUBLIC_URL ?? `http://localhost:${given.CONCORD_PORT}`,
    dataDir,
    keyFile: given.CONCORD_KEY_FILE ?? join(dataDir, 'root.key'),
    backupKeyFile: given.CONCORD_BACKUP_KEY_FILE,
    modelsDir: resolve(given.CONCORD_MODELS_DIR ?? join(root, 'infra/models')),
    siteTimeZone: given.CONCORD_SITE_TIME_ZONE,
    demoPatients: given.CONCORD_DEMO_PATIENTS,
    demoData: given.CONCORD_DEMO_DATA === undefined ? undefined : resolve(given.CONCORD_DEMO_DATA),
    strict: given.CONCORD_STRICT === '1',
    databaseUrl: given.DATABASE_URL,
    databaseWorkerUrl: given.DATABASE_WORKER_URL,
    databaseOwnerUrl: given.DATABASE_OWNER_URL,
    databaseAuditUrl: given.DATABASE_AUDIT_URL,
    auditDir,
    witnessDir: resolve(given.CONCORD_AUDIT_WITNESS_DIR ?? join(auditDir, 'witness')),
    root,
  };
}

/** As root the home of root is closed to the account that Postgres runs as, so the data goes where it can enter. */
function usualDataDir(): string {
  return process.getuid?.() === 0 ? '/var/lib/concord' : join(homedir(), '.concord');
}
