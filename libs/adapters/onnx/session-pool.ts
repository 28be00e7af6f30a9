import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Sha256 } from '@concord/core/clinical';
import { ModelUnavailable, type ModelRunner, type Tensor } from '@concord/core/ports';
import type { FromThread, ToThread } from './thread-messages.ts';

export interface SessionPoolOptions {
  /** Folder with `<sha256>.onnx`. */
  readonly blocks: string;
  /** Threads; one run each at a time. */
  readonly threads: number;
}

/** Runs that may wait for one thread; more is a caller without limits. */
const WAITING_MAX = 4096;

type Outputs = Readonly<Record<string, Tensor>>;
interface Waiting {
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: Error) => void;
}

class SessionThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #closing = false;

  constructor() {
    const source = import.meta.url.endsWith('.ts');
    this.#worker = new Worker(new URL(source ? './session-thread.ts' : './session-thread.js', import.meta.url));
    this.#worker.on('message', (answer: FromThread) => {
      this.#settle(answer);
    });
    this.#worker.on('error', (error: Error) => {
      this.#fail(error.message);
    });
    this.#worker.on('exit', () => {
      this.#fail('the session thread ended');
    });
    this.#worker.unref();
  }

  get load(): number {
    return this.#waiting.size;
  }

  run(block: Sha256, path: string, inputs: Readonly<Record<string, Tensor>>): Promise<Outputs> {
    if (this.#closing) return Promise.reject(new ModelUnavailable('the session pool is closed'));
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new ModelUnavailable('too many runs are waiting'));
    const id = (this.#next += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Outputs>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker.ref();
    this.#post({
      kind: 'run',
      id,
      block,
      path,
      inputs: Object.entries(inputs).map(([name, { data, shape }]) => ({ name, data: inSharedMemory(data), shape })),
    });
    return promise;
  }

  /** Waits for what is running, then lets the thread end itself. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const ended = once(this.#worker, 'exit');
    this.#worker.ref();
    this.#post({ kind: 'close' });
    await ended;
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #settle(answer: FromThread): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref();
    if ('failure' in answer) waiting?.reject(new ModelUnavailable(answer.failure));
    else waiting?.resolve(Object.fromEntries(answer.outputs.map(({ name, data, shape }) => [name, { data, shape }])));
  }

  #fail(reason: string): void {
    this.#closing = true;
    for (const { reject } of this.#waiting.values()) reject(new ModelUnavailable(reason));
    this.#waiting.clear();
  }
}

/** Sessions in worker threads: `session.run` blocks the thread it is called on, so it never runs where requests are served. */
export class SessionPool implements ModelRunner {
  readonly runtime: string = runtimeName();
  readonly #blocks: string;
  readonly #threads: readonly SessionThread[];

  constructor({ blocks, threads }: SessionPoolOptions) {
    this.#blocks = blocks;
    this.#threads = Array.from({ length: threads }, () => new SessionThread());
  }

  run(block: Sha256, inputs: Readonly<Record<string, Tensor>>): Promise<Outputs> {
    const idle = this.#threads.reduce((best, next) => (next.load < best.load ? next : best));
    return idle.run(block, join(this.#blocks, `${block}.onnx`), inputs);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

function inSharedMemory(data: Float32Array): Float32Array<SharedArrayBuffer> {
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

/** Features that change how onnxruntime rounds; two machines with the same list give the same bits. */
const FEATURES = ['fma', 'avx2', 'avx512f', 'avx512_vnni', 'avx_vnni', 'amx_tile', 'asimd', 'asimddp', 'sve'];

function runtimeName(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `onnxruntime-node ${version}; ${process.platform}-${process.arch}; ${cpuFeatures().join(' ') || 'features unknown'}`;
}

function cpuFeatures(): readonly string[] {
  try {
    const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
    return FEATURES.filter((feature) => flags.includes(feature));
  } catch {
    return []; // not Linux: the operating system does not tell
  }
}
