import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { sha256 } from '@concord/adapters/crypto';
import { SessionPool } from '@concord/adapters/onnx';
import type { Sha256 } from '@concord/core/clinical';
import type { Tensor } from '@concord/core/ports';

/** Largest distance between the lab's number and the server's, on values up to one; above, of the value. */
export const PARITY_WITHIN = 1e-5;

const END = '.probe.json';
const TIMED_RUNS = 25;
const arrays = z.record(z.string(), z.object({ shape: z.array(z.int().positive()), data: z.base64() }));
const probe = z.object({ inputs: arrays, outputs: arrays });

type Tensors = Readonly<Record<string, Tensor>>;

export interface ParityRow {
  readonly block: string;
  readonly output: string;
  readonly difference: number;
}

/** Runs every `NAME.onnx` that has a `NAME.probe.json` beside it through the runtime that serves, and compares. */
export function parityOf(folder: string): Promise<readonly ParityRow[]> {
  return withRunner(async (run) => {
    const rows: ParityRow[] = [];
    for (const name of await probed(folder)) {
      const { inputs, outputs } = await probeAt(folder, name);
      const { said } = await run(join(folder, `${name}.onnx`), inputs);
      for (const [output, expected] of Object.entries(outputs)) rows.push({ block: name, output, difference: distance(expected, said[output]) });
    }
    return rows;
  });
}

export interface ComparisonRow extends ParityRow {
  readonly bytes: { readonly here: number; readonly there: number };
  /** The fastest of 25 runs on one thread: what other programs take is not counted. */
  readonly milliseconds: { readonly here: number; readonly there: number };
}

/** The same inputs through the blocks of two folders: how far each output lies from the other's, what each block weighs and how long it takes. */
export function comparisonOf(here: string, there: string): Promise<readonly ComparisonRow[]> {
  return withRunner(async (run) => {
    const rows: ComparisonRow[] = [];
    for (const name of await probed(here)) {
      const { inputs } = await probeAt(here, name);
      const [own, other] = [await timed(run, join(here, `${name}.onnx`), inputs), await timed(run, join(there, `${name}.onnx`), inputs)];
      const bytes = { here: own.bytes, there: other.bytes };
      const milliseconds = { here: own.milliseconds, there: other.milliseconds };
      for (const [output, expected] of Object.entries(other.said))
        rows.push({ block: name, output, difference: distance(expected, own.said[output]), bytes, milliseconds });
    }
    return rows;
  });
}

type Run = (path: string, inputs: Tensors) => Promise<{ readonly said: Tensors; readonly bytes: number }>;

async function withRunner<T>(work: (run: Run) => Promise<T>): Promise<T> {
  const blocks = await mkdtemp(join(tmpdir(), 'concord-parity-'));
  const pool = new SessionPool({ blocks, threads: 1 });
  const linked = new Map<string, { readonly hash: Sha256; readonly bytes: number }>();
  const link = async (path: string): Promise<{ readonly hash: Sha256; readonly bytes: number }> => {
    const content = await readFile(path);
    const block = { hash: sha256(content), bytes: content.length };
    // The same block under two names shares a link.
    if (![...linked.values()].some(({ hash }) => hash === block.hash)) await symlink(resolve(path), join(blocks, `${block.hash}.onnx`));
    linked.set(path, block);
    return block;
  };
  try {
    return await work(async (path, inputs) => {
      const { hash, bytes } = linked.get(path) ?? (await link(path));
      return { said: await pool.run(hash, inputs), bytes };
    });
  } finally {
    await pool.close();
    await rm(blocks, { recursive: true, force: true });
  }
}

async function timed(run: Run, path: string, inputs: Tensors): Promise<{ readonly said: Tensors; readonly bytes: number; readonly milliseconds: number }> {
  let answer = await run(path, inputs);
  let milliseconds = Infinity;
  for (let at = 0; at < TIMED_RUNS; at += 1) {
    const began = performance.now();
    answer = await run(path, inputs);
    milliseconds = Math.min(milliseconds, performance.now() - began);
  }
  return { ...answer, milliseconds };
}

async function probed(folder: string): Promise<readonly string[]> {
  return (await readdir(folder))
    .filter((name) => name.endsWith(END))
    .map((name) => name.slice(0, -END.length))
    .sort();
}

async function probeAt(folder: string, name: string): Promise<{ readonly inputs: Tensors; readonly outputs: Tensors }> {
  const { inputs, outputs } = probe.parse(JSON.parse(await readFile(join(folder, `${name}${END}`), 'utf8')));
  return { inputs: tensors(inputs), outputs: tensors(outputs) };
}

function tensors(packed: z.infer<typeof arrays>): Tensors {
  return Object.fromEntries(
    Object.entries(packed).map(([name, { shape, data }]) => {
      const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
      return [name, { shape, data: new Float32Array(bytes.buffer) }];
    }),
  );
}

/** Infinite when the output is missing, of another size, or not a number. */
function distance(expected: Tensor, said: Tensor | undefined): number {
  if (said?.data.length !== expected.data.length) return Infinity;
  return expected.data.reduce((worst, value, at) => {
    const difference = Math.abs(value - (said.data[at] ?? Infinity)) / Math.max(1, Math.abs(value));
    return Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }, 0);
}
