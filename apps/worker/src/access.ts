import { join } from 'node:path';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { openDatabase, type Database } from '@concord/adapters/postgres';
import type { Config } from './config.ts';

/** A job holds one connection at a time; one more closes audit units. */
const CONNECTIONS = 4;

/** The one door to stored data, with the machine's role. */
export async function openAccess(config: Config): Promise<Database> {
  return openDatabase({
    url: config.databaseUrl,
    machine: 'worker',
    keyring: await openKeyring(config.keyFile),
    files: createFileBlobs(join(config.dataDir, 'blobs')),
    demo: config.demo,
    watch: config.watch,
    connections: CONNECTIONS,
  });
}
