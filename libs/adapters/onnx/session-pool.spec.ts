import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleId, Sha256 } from '@concord/core/clinical';
import { ModelUnavailable } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { activateBundle, activeBundle, blocksFolder, bundleBytes, bundleIds, readActiveBundle, SessionPool } from './index.ts';

const folders = { models: fileURLToPath(new URL('../../../infra/models', import.meta.url)) };
let bundle: BundleManifest;
let pool: SessionPool;
beforeAll(async () => {
  bundle = await readActiveBundle(folders);
  pool = new SessionPool({ blocks: blocksFolder(folders), threads: 2 });
});
afterAll(() => pool.close());

const signs = (value: number) => {
  const { shape, name } = bundle.encoders['vitals']!.input;
  return { [name]: { shape, data: new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(value) } };
};

describe('the shipped bundle', () => {
  it('has all its blocks, and they weigh at most 8 MB', async () => {
    expect(await bundleIds(folders)).toContain(bundle.id);
    expect(await bundleBytes(folders, bundle)).toBeLessThan(8_000_000);
  });
});

describe('the session pool', () => {
  it('names the runtime and the processor features that a stored score pins', () => {
    expect(pool.runtime).toMatch(/^onnxruntime-node \d+\.\d+\.\d+; \w+-\w+; /);
  });

  it('gives the same bits in either thread', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => pool.run(bundle.encoders['vitals']!.block, signs(1))));
    for (const run of runs) expect(run).toEqual(runs[0]);
  });

  it('keeps the event loop free while a model runs', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await Promise.all(Array.from({ length: 3000 }, () => pool.run(bundle.encoders['vitals']!.block, signs(2))));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('says that a block is unavailable when it is missing, or when its file has another hash', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blocks-'));
    const wrong = new SessionPool({ blocks: folder, threads: 1 });
    await writeFile(join(folder, `${'b'.repeat(64)}.onnx`), 'not a model');
    await expect(wrong.run('a'.repeat(64) as Sha256, signs(1))).rejects.toThrow(ModelUnavailable);
    await expect(wrong.run('b'.repeat(64) as Sha256, signs(1))).rejects.toThrow(/another hash/);
    await wrong.close();
    await rm(folder, { recursive: true });
  });

  it('finishes what is running before it closes, and refuses what comes later', async () => {
    const closing = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const running = closing.run(bundle.encoders['vitals']!.block, signs(3));
    await closing.close();
    expect((await running)['tokens']?.shape).toEqual(bundle.encoders['vitals']!.output.shape);
    await expect(closing.run(bundle.encoders['vitals']!.block, signs(3))).rejects.toThrow(ModelUnavailable);
  });
});

describe('activation', () => {
  it('is noted in the data folder of the installation and remembers the bundle before it', async () => {
    const data = await mkdtemp(join(tmpdir(), 'data-'));
    const before = await activeBundle(folders);
    const other = (await bundleIds(folders)).find((id) => id !== before.current && !id.startsWith('benchmark-')) ?? before.current;
    await activateBundle({ ...folders, data }, other);
    expect(await activeBundle({ ...folders, data })).toEqual(other === before.current ? before : { current: other, previous: before.current });
    expect(await readdir(data)).toEqual(['active-bundle.json']);
    await expect(activateBundle({ ...folders, data }, 'no-such-bundle' as BundleId)).rejects.toThrow(/cannot be read/);
    await expect(activateBundle({ ...folders, data }, 'benchmark-fusion' as BundleId)).rejects.toThrow(/never served/);
    await rm(data, { recursive: true });
  });
});
