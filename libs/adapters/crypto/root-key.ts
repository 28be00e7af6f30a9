import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const BYTES = 32;

/** Says what is wrong with the key file and where; never a part of the key. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
}

/**
 * The root key of an installation: 32 random bytes in a file that only its owner may read. It is made on the first start;
 * whoever loses it loses every name, identifier and blob, so it is backed up apart from the data.
 * @throws RootKeyError when the file has another length or others may read it.
 */
export async function loadRootKey(file: string): Promise<Buffer> {
  await createOnce(file);
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new RootKeyError(`${file} may be read by others: chmod 600 it`);
  const key = await readFile(file);
  if (key.length !== BYTES) throw new RootKeyError(`${file} holds ${key.length} bytes, not ${BYTES}`);
  return key;
}

async function createOnce(file: string): Promise<void> {
  if (await exists(file)) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  await handle.write(randomBytes(BYTES));
  await handle.sync();
  await handle.close();
  await chmod(draft, 0o600);
  // A link, not a rename: of two starts at once the first wins, and the second reads the first one's key.
  await link(draft, file).catch((problem: unknown) => {
    if (!(problem instanceof Error && 'code' in problem && problem.code === 'EEXIST')) throw problem;
  });
  await rm(draft);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
