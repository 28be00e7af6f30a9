import { join } from 'node:path';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { openDatabase, type Database } from '@concord/adapters/postgres';
import type { Settings } from './config.ts';
import { findRunning, requireRunning } from './running.ts';

const CONNECTIONS = 4;

/**
 * The one door to stored data, for one verb.
 * @param machine `api`: with the rights of an actor; `worker`: with the machine's role, one patient at a time.
 * @throws VerbFailed when neither a database is set nor a start runs from the data folder.
 */
export async function openAccess(settings: Settings, machine: 'api' | 'worker'): Promise<Database> {
  const given = machine === 'api' ? settings.databaseUrl : settings.databaseWorkerUrl;
  const url = given ?? (await urlOf(settings, machine));
  const keyFile = (await findRunning(settings.dataDir))?.keyFile ?? settings.keyFile;
  return openDatabase({
    url,
    machine,
    keyring: await openKeyring(keyFile),
    files: createFileBlobs(join(settings.dataDir, 'blobs')),
    demo: settings.environment === 'demo',
    connections: CONNECTIONS,
  });
}

async function urlOf({ dataDir }: Settings, machine: 'api' | 'worker'): Promise<string> {
  const running = await requireRunning(dataDir);
  return machine === 'api' ? running.databaseUrl : running.databaseWorkerUrl;
}
