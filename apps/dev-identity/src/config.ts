import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const environment = z.object({
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_BIND: z.string().default('127.0.0.1'),
  CONCORD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  CONCORD_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  CONCORD_IDENTITY_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
});

export interface Config {
  /** No trailing slash; the issuer is `<publicUrl>/realms/concord`. */
  readonly publicUrl: string;
  readonly dataDir: string;
  /** On loopback; 0 takes a free one. */
  readonly port: number;
}

/**
 * The only reader of the environment here. @throws Error with one plain line: a wrong setting, another bind than loopback,
 * or production. Its passwords are printed on the screen, so no network may reach it.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new Error(`Setting ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  const settings = parsed.data;
  if (settings.CONCORD_ENV === 'production') throw new Error('The demo identity does not run with CONCORD_ENV=production. Set KEYCLOAK_URL.');
  if (!['127.0.0.1', '::1', 'localhost'].includes(settings.CONCORD_BIND))
    throw new Error(`The demo identity does not run with CONCORD_BIND=${settings.CONCORD_BIND}: its passwords are shown to everyone.`);
  return {
    publicUrl: (settings.CONCORD_PUBLIC_URL ?? `http://localhost:${settings.CONCORD_PORT}`).replace(/\/$/, ''),
    dataDir: settings.CONCORD_DATA_DIR ?? (process.getuid?.() === 0 ? '/var/lib/concord' : join(homedir(), '.concord')),
    port: settings.CONCORD_IDENTITY_PORT,
  };
}
