import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { activateBundle, bundleIds, BundleUnusable, readBundle } from '@concord/adapters/onnx';
import type { BundleId } from '@concord/core/clinical';

const models = fileURLToPath(new URL('../../infra/models', import.meta.url));
const ID = 'pneumonia-28' as BundleId;

describe('the benchmark on pictures of children', () => {
  it('is no bundle that a list offers, that can be read as one, or that can be made active', async () => {
    const folders = { models, data: mkdtempSync(join(tmpdir(), 'concord-models-')) };
    expect(existsSync(join(models, ID, 'benchmark.json'))).toBe(true);
    expect(await bundleIds(folders)).not.toContain(ID);
    await expect(readBundle(folders, ID)).rejects.toBeInstanceOf(BundleUnusable);
    await expect(activateBundle(folders, ID)).rejects.toBeInstanceOf(BundleUnusable);
  });

  it('weighs at most 3 MB and says that it is never served', () => {
    const { block, served } = JSON.parse(readFileSync(join(models, ID, 'benchmark.json'), 'utf8')) as { block: string; served: boolean };
    expect(served).toBe(false);
    expect(readFileSync(join(models, 'blocks', `${block}.onnx`)).length).toBeLessThan(3_000_000);
  });
});
