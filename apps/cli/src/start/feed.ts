import { setTimeout as pause } from 'node:timers/promises';
import { instant } from '@concord/core/kernel';
import { openAccess } from '../access.ts';
import { readSettings } from '../config.ts';
import { demoSource } from '../demo/choose-source.ts';
import { feedOnce } from '../demo/feed-demo.ts';

/** New readings are looked for this often; a monitor of the demo measures once a minute. */
const EVERY_MS = 30_000;

/** The devices of the demo, as a program of the supervisor: stores what they measured, until it is told to leave. */
async function main(): Promise<void> {
  const settings = readSettings();
  if (settings.environment !== 'demo') throw new Error('the demo feed runs with CONCORD_ENV=demo only');
  const source = demoSource(settings.demoData);
  const access = await openAccess(settings, 'api');
  const ending = new AbortController();
  const leave = (): void => {
    ending.abort();
  };
  process.on('message', leave);
  process.on('disconnect', leave);
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.send?.({ ready: true });
  while (!ending.signal.aborted) {
    // The database may be away for a moment; what was not stored is stored the next time.
    await feedOnce(instant(Date.now()), { withAccess: access.withAccess, dataDir: settings.dataDir, patients: settings.demoPatients, source }).catch(
      (error: unknown) => {
        process.stderr.write(`${new Date().toISOString()} feed waits: ${error instanceof Error ? error.name : 'unknown reason'}\n`);
      },
    );
    await pause(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
  }
  await access.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`concord feed: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
});
