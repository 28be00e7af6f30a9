import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { hasExternalData } from './external-data.ts';
import type { FromThread, RunMessage, ToThread } from './thread-messages.ts';

/** Runs sessions one after another, away from the event loop that serves people. */
const sessions = new Map<string, Promise<InferenceSession>>();
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: ToThread) => {
  last = last.then(() => (message.kind === 'run' ? answer(message) : close()));
});

async function answer(message: RunMessage): Promise<void> {
  const reply = await run(message).catch((error: unknown): FromThread => ({ id: message.id, failure: error instanceof Error ? error.message : 'unknown' }));
  parentPort?.postMessage(reply);
}

async function run({ id, block, path, inputs }: RunMessage): Promise<FromThread> {
  const session = await sessionOf(block, path);
  const feeds = Object.fromEntries(inputs.map(({ name, data, shape }) => [name, new Tensor('float32', data, shape)]));
  const results = await session.run(feeds);
  const outputs = Object.entries(results).map(([name, tensor]) => {
    if (!(tensor.data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
    return { name, data: tensor.data, shape: tensor.dims };
  });
  return { id, outputs };
}

function sessionOf(block: string, path: string): Promise<InferenceSession> {
  const known = sessions.get(block);
  if (known !== undefined) return known;
  const loading = load(block, path);
  sessions.set(block, loading);
  loading.catch(() => sessions.delete(block));
  return loading;
}

async function load(block: string, path: string): Promise<InferenceSession> {
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') !== block) throw new Error(`block ${block}: the file has another hash`);
  if (hasExternalData(bytes)) throw new Error(`block ${block}: it names another file`);
  // One thread and no reordering between runs: a stored logit must come out again to the bit (DESIGN 5, replay).
  return InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    extra: { session: { disable_quant_qdq: '1', intra_op: { allow_spinning: '0' } } },
  });
}

/** Releases what it holds and ends by itself: terminating a thread during a run aborts the whole process. */
async function close(): Promise<void> {
  for (const session of sessions.values()) await session.then((open) => open.release()).catch(() => undefined);
  parentPort?.close();
}
