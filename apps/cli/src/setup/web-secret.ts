import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secret of the web client, made once, in a file that only its owner reads; the API reads it there each time. */
export async function keepWebSecret(dataDir: string): Promise<{ readonly secret: string; readonly file: string }> {
  const folder = join(dataDir, 'identity');
  const file = join(folder, 'web-secret');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { secret: kept.trim(), file };
  const secret = randomBytes(32).toString('base64url');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return { secret, file };
}
