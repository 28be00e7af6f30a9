import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';
import { RSA_BITS_MIN } from '@concord/core/ports';

const secretsSchema = z.object({
  signingKey: z.record(z.string(), z.string()),
  cookieKey: z.string().min(32),
  cliSecret: z.string().min(32),
  webSecret: z.string().min(32),
  integratorKey: z.record(z.string(), z.string()),
});
type Kept = z.infer<typeof secretsSchema>;

export interface Secrets {
  readonly signingKey: JWK;
  readonly cookieKey: string;
  /** Secret of the client `concord-cli`; whoever can read the data folder may have a token. */
  readonly cliSecret: string;
  /** Secret of the client `concord-web`, which the API shows to the realm. */
  readonly webSecret: string;
  /** Private key of the service account `concord-integrator`; a real site's feed keeps its own and registers the public half. */
  readonly integratorKey: JWK;
}

/** Made once and kept (0600), so that a restart ends no session. What the clients prove themselves with lies beside it in files of their own. */
export async function keepSecrets(dataDir: string): Promise<Secrets> {
  const folder = join(dataDir, 'identity');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, 'secrets.json');
  // A file of an earlier version lacks some: those are made now, the others stay as they are.
  const kept = existsSync(path) ? secretsSchema.partial().parse(JSON.parse(readFileSync(path, 'utf8'))) : {};
  const secrets = secretsSchema.parse({ ...(await fresh()), ...withoutShort(kept) });
  writePrivate(path, JSON.stringify(secrets));
  writePrivate(join(folder, 'cli-secret'), secrets.cliSecret);
  writePrivate(join(folder, 'web-secret'), secrets.webSecret);
  writePrivate(join(folder, 'integrator-key.json'), JSON.stringify(secrets.integratorKey));
  return secrets;
}

async function fresh(): Promise<Kept> {
  return { signingKey: await freshKey('RS256'), cookieKey: secret(), cliSecret: secret(), webSecret: secret(), integratorKey: await freshKey('ES256') };
}

async function freshKey(alg: 'RS256' | 'ES256'): Promise<Record<string, string>> {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: RSA_BITS_MIN, extractable: true });
  return { ...stringsOf(await exportJWK(privateKey)), kid: randomBytes(12).toString('base64url'), alg, use: 'sig' };
}

/** A key of an earlier version that is too short is made anew: who is signed in signs in again. */
function withoutShort({ signingKey, ...kept }: Readonly<Record<string, unknown>> & { readonly signingKey?: Kept['signingKey'] | undefined }): object {
  const bits = Buffer.from(signingKey?.['n'] ?? '', 'base64url').length * 8;
  return bits < RSA_BITS_MIN ? kept : { ...kept, signingKey };
}

const secret = (): string => randomBytes(32).toString('base64url');

function stringsOf(jwk: JWK): Record<string, string> {
  return Object.fromEntries(Object.entries(jwk).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** Whole or not at all: a start that is killed in between leaves the old file. */
export function writePrivate(path: string, text: string): void {
  const next = `${path}.${process.pid}`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}
