import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isPlainOnNetwork } from '@concord/adapters/postgres';

const environment = z.object({
  DATABASE_AUDIT_URL: z.string().min(1),
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
  CONCORD_AUDIT_DIR: z.string().min(1).optional(),
  CONCORD_AUDIT_WITNESS_DIR: z.string().min(1).optional(),
});

/** Everything the sequencer is told from outside. */
export interface SequencerConfig {
  /** Role `audit_sequencer`: the tables of the record, and nothing of a patient. */
  readonly databaseUrl: string;
  readonly auditDir: string;
  readonly witnessDir: string | undefined;
}

/** @throws Error with one plain line for whoever starts the program. */
export function readSequencerConfig(env: Readonly<Record<string, string | undefined>>): SequencerConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new Error(`Setting ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const given = parsed.data;
  if (given.CONCORD_ENV === 'production' && isPlainOnNetwork(given.DATABASE_AUDIT_URL))
    throw new Error('DATABASE_AUDIT_URL must say sslmode=verify-full with CONCORD_ENV=production: the database is on a network.');
  const dataDir = resolve(given.CONCORD_DATA_DIR ?? join(homedir(), '.concord'));
  return {
    databaseUrl: given.DATABASE_AUDIT_URL,
    auditDir: resolve(given.CONCORD_AUDIT_DIR ?? join(dataDir, 'audit')),
    witnessDir: given.CONCORD_AUDIT_WITNESS_DIR === undefined ? undefined : resolve(given.CONCORD_AUDIT_WITNESS_DIR),
  };
}
