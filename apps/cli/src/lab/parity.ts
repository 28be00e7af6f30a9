import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { sha256 } from '@concord/adapters/crypto';
import { SessionPool } from '@concord/adapters/onnx';
import type { Tensor } from '@concord/core/ports';

/** Largest distance between the lab's number and the server's, on values up to one; above, of the value. */
export const PARITY_WITHIN = 1e-5;

const END = '.probe.json';
const arrays = z.record(z.string(), z.object({ shape: z.array(z.int().positive()), data: z.base64() }));
const probe = z.object({ inputs: arrays, outputs: arrays });

export interface ParityRow {
  readonly block: string;
  readonly output: string;
  readonly difference: number;
}

/** Runs every `NAME.onnx` that has a `NAME.probe.json` beside it through the runtime that serves, and compares. */
export async function parityOf(folder: string): Promise<readonly ParityRow[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(END)).map((name) => name.slice(0, -END.length));
  const blocks = await mkdtemp(join(tmpdir(), 'concord-parity-'));
  const pool = new SessionPool({ blocks, threads: 1 });
  try {
    const rows: ParityRow[] = [];
    for (const name of names.sort()) {
      const path = resolve(folder, `${name}.onnx`);
      const hash = sha256(await readFile(path));
      await symlink(path, join(blocks, `${hash}.onnx`)).catch((error: unknown) => {
        // The same block under two names shares a link.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
      const { inputs, outputs } = probe.parse(JSON.parse(await readFile(join(folder, `${name}${END}`), 'utf8')));
      const said = await pool.run(hash, tensors(inputs));
      for (const [output, expected] of Object.entries(tensors(outputs))) rows.push({ block: name, output, difference: distance(expected, said[output]) });
    }
    return rows;
  } finally {
    await pool.close();
    await rm(blocks, { recursive: true, force: true });
  }
}

function tensors(packed: z.infer<typeof arrays>): Readonly<Record<string, Tensor>> {
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
