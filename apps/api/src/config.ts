import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isPlainOnNetwork } from '@concord/adapters/postgres';

const loopback = ['127.0.0.1', '::1', 'localhost'];

const environment = z.object({
  DATABASE_URL: z.string().min(1),
  CONCORD_ENV: z.enum(['demo', 'production']).default('demo'),
  CONCORD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  CONCORD_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  CONCORD_BIND: z.string().min(1).default('127.0.0.1'),
  CONCORD_DATA_DIR: z.string().min(1).optional(),
  CONCORD_KEY_FILE: z.string().min(1).optional(),
  CONCORD_AUDIT_DIR: z.string().min(1).optional(),
  CONCORD_SITE_TIME_ZONE: z.string().min(1).default('Europe/Berlin'),
  CONCORD_WEB_URL: z.url().optional(),
  CONCORD_IDENTITY_URL: z.url().optional(),
  KEYCLOAK_URL: z.url().optional(),
  CONCORD_WEB_CLIENT_SECRET: z.string().min(16).optional(),
  CONCORD_WEB_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  CONCORD_SECOND_FACTOR: z.enum(['always', 'emergency']).optional(),
  CONCORD_CLAMD_HOST: z.string().min(1).optional(),
  CONCORD_CLAMD_PORT: z.coerce.number().int().min(1).max(65_535).default(3310),
  CONCORD_CALLS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(6000),
  CONCORD_TLS_CERT_FILE: z.string().min(1).optional(),
  CONCORD_TLS_KEY_FILE: z.string().min(1).optional(),
  CONCORD_TLS_MIN_VERSION: z.enum(['1.2', '1.3']).default('1.2'),
  CONCORD_MODELS_DIR: z.string().min(1).default('infra/models'),
});

/** Everything the edge is told from outside. Nothing else in this app reads the environment. */
export interface Config {
  readonly databaseUrl: string;
  readonly demo: boolean;
  readonly port: number;
  readonly bind: string;
  /** One origin: issuer, links and audience derive from it. No trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly keyFile: string;
  /** Keys, heads, receipts and exports of the audit log: outside the database. */
  readonly auditDir: string;
  readonly timeZone: string;
  readonly webUrl: string | undefined;
  readonly modelsDir: string;
  readonly identity: IdentitySettings;
  /** Set when the edge speaks TLS itself; without it, whatever stands in front of it does. */
  readonly tls: TlsFiles | undefined;
  /** When a person shows a second factor: at every sign-in, or before an emergency access alone. */
  readonly secondFactor: 'always' | 'emergency';
  /** The house's file scanner; undefined when there is none. */
  readonly clamd: { readonly host: string; readonly port: number } | undefined;
  /** Of one person at one process; a source has ten times as many. */
  readonly callsPerMinute: number;
}

/** PEM files: the chain, our own certificate first, and its key. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: '1.2' | '1.3';
}

export interface IdentitySettings {
  /** `iss` of every token that is believed. */
  readonly issuer: string;
  /** Where this process reaches the realm: the same, or a loopback address in front of which the edge stands. */
  readonly realmUrl: string;
  /** Set when the edge passes `/realms` on to the development identity. */
  readonly relayTo: string | undefined;
  /** What this server proves itself with as the client `concord-web`. */
  readonly webClientSecret: ClientSecret;
  /** How long the realm's keys count, in milliseconds; the product's own without it. */
  readonly keyTimes?: { readonly freshFor: number; readonly coolDown: number; readonly staleFor: number };
}

/** The secret itself, or the file that holds it: a file is read each time, so that a new secret needs no restart. */
export type ClientSecret = { readonly value: string } | { readonly file: string } | undefined;

/**
 * @throws Error with one plain line for whoever starts the program: a setting is missing or wrong, or a combination would
 * put the demo's open doors on a network.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(withoutEmpty(env));
  if (!parsed.success) throw new Error(`Setting ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  const settings = parsed.data;
  const publicUrl = (settings.CONCORD_PUBLIC_URL ?? `http://localhost:${settings.CONCORD_PORT}`).replace(/\/$/, '');
  const dataDir = settings.CONCORD_DATA_DIR ?? (process.getuid?.() === 0 ? '/var/lib/concord' : join(homedir(), '.concord'));
  const config: Config = {
    databaseUrl: settings.DATABASE_URL,
    demo: settings.CONCORD_ENV === 'demo',
    port: settings.CONCORD_PORT,
    bind: settings.CONCORD_BIND,
    publicUrl,
    dataDir,
    keyFile: settings.CONCORD_KEY_FILE ?? join(dataDir, 'root.key'),
    auditDir: settings.CONCORD_AUDIT_DIR ?? join(dataDir, 'audit'),
    timeZone: settings.CONCORD_SITE_TIME_ZONE,
    webUrl: settings.CONCORD_WEB_URL,
    modelsDir: settings.CONCORD_MODELS_DIR,
    identity: identityOf(settings, publicUrl, dataDir),
    tls: tlsOf(settings),
    secondFactor: secondFactorOf(settings),
    clamd: clamdOf(settings),
    callsPerMinute: settings.CONCORD_CALLS_PER_MINUTE,
  };
  refuseUnsafe(config);
  return config;
}

type Settings = z.infer<typeof environment>;

function clientSecretOf({ CONCORD_WEB_CLIENT_SECRET: value, CONCORD_WEB_CLIENT_SECRET_FILE: file }: Settings): ClientSecret {
  if (value !== undefined && file !== undefined) throw new Error('Set CONCORD_WEB_CLIENT_SECRET or CONCORD_WEB_CLIENT_SECRET_FILE, not both.');
  if (file !== undefined) return { file };
  return value === undefined ? undefined : { value };
}

function secondFactorOf({ CONCORD_SECOND_FACTOR: said, CONCORD_ENV: environment }: Settings): Config['secondFactor'] {
  return said ?? (environment === 'production' ? 'always' : 'emergency');
}

function clamdOf({ CONCORD_CLAMD_HOST: host, CONCORD_CLAMD_PORT: port }: Settings): Config['clamd'] {
  return host === undefined ? undefined : { host, port };
}

function tlsOf({ CONCORD_TLS_CERT_FILE: certFile, CONCORD_TLS_KEY_FILE: keyFile, CONCORD_TLS_MIN_VERSION: minVersion }: Settings): TlsFiles | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) throw new Error('Set CONCORD_TLS_CERT_FILE and CONCORD_TLS_KEY_FILE, or neither.');
  return { certFile, keyFile, minVersion };
}

function identityOf(settings: Settings, publicUrl: string, dataDir: string): IdentitySettings {
  const webClientSecret = clientSecretOf(settings);
  if (settings.KEYCLOAK_URL !== undefined) {
    const issuer = settings.KEYCLOAK_URL.replace(/\/$/, '');
    return { issuer, realmUrl: issuer, relayTo: undefined, webClientSecret };
  }
  const relayTo = settings.CONCORD_IDENTITY_URL?.replace(/\/$/, '');
  return {
    issuer: `${publicUrl}/realms/concord`,
    realmUrl: `${relayTo ?? publicUrl}/realms/concord`,
    relayTo,
    webClientSecret: webClientSecret ?? { file: join(dataDir, 'identity', 'web-secret') },
  };
}

function refuseUnsafe(config: Config): void {
  refuseUnsafeIdentity(config);
  refusePlain(config);
}

/** What a site puts on a network is encrypted there, and the other end is known. */
function refusePlain({ demo, tls, publicUrl, databaseUrl }: Config): void {
  if (tls !== undefined && !publicUrl.startsWith('https://')) throw new Error('CONCORD_PUBLIC_URL must be https when CONCORD_TLS_CERT_FILE is set.');
  if (demo) return;
  if (!publicUrl.startsWith('https://') && !isLoopback(new URL(publicUrl).hostname))
    throw new Error('CONCORD_PUBLIC_URL must be https with CONCORD_ENV=production.');
  if (isPlainOnNetwork(databaseUrl)) throw new Error('DATABASE_URL must say sslmode=verify-full with CONCORD_ENV=production: the database is on a network.');
}

function refuseUnsafeIdentity(config: Config): void {
  const { identity } = config;
  if (identity.relayTo !== undefined && !config.demo) throw new Error('The demo identity does not run with CONCORD_ENV=production. Set KEYCLOAK_URL.');
  if (identity.relayTo !== undefined && !isLoopback(config.bind))
    throw new Error(
      `The demo identity does not run with CONCORD_BIND=${config.bind}: its passwords are printed. Set KEYCLOAK_URL, or leave CONCORD_BIND at 127.0.0.1.`,
    );
  if (identity.relayTo === undefined && !config.demo && !identity.issuer.startsWith('https://'))
    throw new Error('KEYCLOAK_URL must be https with CONCORD_ENV=production.');
}

export function isLoopback(host: string): boolean {
  return loopback.includes(host.replace(/^\[|\]$/g, '').toLowerCase()) || host.toLowerCase().endsWith('.localhost');
}

function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])));
}
