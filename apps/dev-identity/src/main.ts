import { join } from 'node:path';
import { readConfig } from './config.ts';
import { FileStore } from './file-store.ts';
import { createProvider } from './provider.ts';
import { OneTimeCodes } from './one-time-code.ts';
import { readRealm, realmFolder } from './realm.ts';
import { keepSecrets } from './secrets.ts';
import { createRealmServer } from './server.ts';

/** Listens on loopback only, says where to the supervisor, and leaves with it. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const realm = readRealm(realmFolder(), { CONCORD_PUBLIC_URL: config.publicUrl });
  const secrets = await keepSecrets(config.dataDir);
  const store = new FileStore(join(config.dataDir, 'identity', 'sessions.json'), () => Date.now());
  const provider = createProvider({ publicUrl: config.publicUrl, realm, secrets, store });
  const server = createRealmServer(provider, { realm, now: () => Date.now(), codes: new OneTimeCodes(() => Date.now()) });
  const stop = (): void => {
    store.flush();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('disconnect', stop);
  process.on('message', (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'stop' in message) stop();
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  server.listen(config.port, '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ ready: true, port: typeof address === 'object' && address !== null ? address.port : config.port });
  });
  server.on('error', (error) => {
    process.stderr.write(`concord identity: ${error.message}\n`);
    process.exit(1);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`concord identity: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
});
