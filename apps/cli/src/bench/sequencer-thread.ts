import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createTagOpener, digest } from '@concord/adapters/crypto';
import { openSequencer } from '@concord/adapters/postgres';

/** The worker's own pace: how long it waits when nothing was there, and after a batch. */
const IDLE_MS = 100;
const BUSY_MS = 25;

const { url, tagSecret } = workerData as { readonly url: string; readonly tagSecret: Uint8Array };

/** Sequences until told to stop, and then what is left. */
async function main(): Promise<void> {
  const sequencer = await openSequencer({ url, digest, openTag: createTagOpener(tagSecret) });
  if (sequencer === undefined) throw new Error('another sequencer is at work');
  const stop = new AbortController();
  parentPort?.once('message', () => {
    stop.abort();
  });
  parentPort?.postMessage('ready');
  while (!stop.signal.aborted) {
    const { leaves } = await sequencer.step();
    await pause(leaves === 0 ? IDLE_MS : BUSY_MS);
  }
  while ((await sequencer.step()).leaves > 0);
  await sequencer.close();
}

await main();
