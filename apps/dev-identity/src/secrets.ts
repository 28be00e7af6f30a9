import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';

const secretsSchema = z.object({
  signingKey: z.record(z.string(), z.string()),
  cookieKey: z.string().min(32),
  cliSecret: z.string().min(32),
  integratorSecret: z.string().min(32),
});

export interface Secrets {
  readonly signingKey: JWK;
  readonly cookieKey: string;
  /** Secret of the client `concord-cli`; whoever can read the data folder may have a token. */
  readonly cliSecret: string;
  readonly integratorSecret: string;
}

/** Made once and kept (0600), so that a restart ends no session. The two client secrets lie beside it in files of their own. */
export async function keepSecrets(dataDir: string): Promise<Secrets> {
  const folder = join(dataDir, 'identity');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = join(folder, 'secrets.json');
  const secrets = existsSync(path) ? secretsSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : await fresh();
  writePrivate(path, JSON.stringify(secrets));
  writePrivate(join(folder, 'cli-secret'), secrets.cliSecret);
  writePrivate(join(folder, 'integrator-secret'), secrets.integratorSecret);
  return secrets;
}

async function fresh(): Promise<z.infer<typeof secretsSchema>> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const signingKey = { ...stringsOf(jwk), kid: randomBytes(12).toString('base64url'), alg: 'RS256', use: 'sig' };
  return { signingKey, cookieKey: secret(), cliSecret: secret(), integratorSecret: secret() };
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
