import { join } from 'node:path';
import { createFileBlobs } from '@concord/adapters/blobs';
import { createSealer, loadRootKey } from '@concord/adapters/crypto';
import { openDatabase } from '@concord/adapters/postgres';
import type { Backend } from './backend.ts';
import type { Config } from './config.ts';

/** Stored data behind the edge: the database, the keys that open it, and the sealed files beside it. */
export async function openBackend(config: Config): Promise<Backend> {
  const keyring = createSealer(await loadRootKey(config.keyFile));
  const files = createFileBlobs(join(config.dataDir, 'blobs'));
  return openDatabase({ url: config.databaseUrl, machine: 'api', keyring, files, demo: config.demo });
}
