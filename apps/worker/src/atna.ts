import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { openAtnaFeed, runAtnaFeed } from '@concord/adapters/atna';
import type { Database } from '@concord/adapters/postgres';
import type { AtnaConfig } from './config.ts';

const MIB = 1024 * 1024;

/** Starts handing the record on to the audit repository of the house, when one is set. @returns how to stop it. */
export async function startAtna(
  config: AtnaConfig | undefined,
  { auditFeed }: Pick<Database, 'auditFeed'>,
  say: (line: string) => void,
): Promise<() => Promise<void>> {
  if (config === undefined) return () => Promise.resolve();
  const { host, port, caFile, certFile, keyFile, dataDir, spoolMb } = config;
  const feed = await openAtnaFeed(
    {
      host,
      port,
      ownHost: hostname(),
      folder: path.join(dataDir, 'atna'),
      spoolBytesMost: spoolMb * MIB,
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
      ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
      ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
    },
    (place, most) => auditFeed(place, most),
  );
  const stop = new AbortController();
  const running = runAtnaFeed(feed, stop.signal, say);
  return async () => {
    stop.abort();
    await running;
  };
}
