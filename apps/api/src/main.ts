import { createTelemetry } from '@concord/adapters/telemetry';
import { compose } from './composition.ts';
import { readConfig } from './config.ts';
import { lineLog } from './edge/log.ts';
import { openBackend } from './open-backend.ts';
import { buildServer } from './server.ts';

const log = lineLog(
  (line) => process.stderr.write(line),
  () => new Date().toISOString(),
);

/** Starts listening, says so to the supervisor, and leaves when it is told to or when the supervisor is gone. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const backend = await openBackend(config);
  const { app } = await buildServer(compose(config, backend, createTelemetry(), log));
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= app
      .close()
      .then(() => backend.close())
      .finally(() => process.exit(0));
  };
  process.on('disconnect', stop);
  process.on('message', (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'stop' in message) stop();
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await app.listen(config.port, config.bind);
  process.send?.({ ready: true, port: config.port });
}

main().catch((error: unknown) => {
  process.stderr.write(`concord api: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
});
