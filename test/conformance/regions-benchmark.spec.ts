import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDicomReader } from '@concord/adapters/codecs';
import { geometryError } from '../../apps/cli/src/bench/geometry.ts';
import { plantedFilms } from '../../apps/cli/src/bench/planted-film.ts';
import { isIn, meanWithInterval, overlapOf, rankCorrelation } from '../../apps/cli/src/bench/region-figures.ts';
import { ROOT } from '../running-system.ts';

type Reader = ReturnType<typeof openDicomReader>;
let reader: Reader;
beforeAll(() => {
  reader = openDicomReader();
});
afterAll(() => reader.close());

describe('what the benchmark of regions rests on', () => {
  it('brings a marker in a film with borders back to within one source pixel of where it was written', async () => {
    expect(await geometryError(10, 3, reader)).toBeLessThanOrEqual(1);
  });

  it('plants masses of 10 to 30 % of the film’s width that stay on the film and pass the door', async () => {
    let films = 0;
    for await (const film of plantedFilms(3, 9, reader)) {
      if (film === 'refused') continue;
      films += 1;
      const { rows, columns } = film.value.header;
      const [x, y, width, height] = film.truth;
      expect(width / Math.min(rows, columns)).toBeGreaterThan(0.09);
      expect(width / Math.min(rows, columns)).toBeLessThan(0.31);
      expect([x >= 0, y >= 0, x + width <= columns, y + height <= rows, rows !== columns]).toEqual([true, true, true, true, true]);
    }
    expect(films).toBe(3);
  });

  it('ends with a failure and a sentence when a model cannot be run, and does not hang', { timeout: 60_000 }, () => {
    const models = mkdtempSync(join(tmpdir(), 'concord-models-'));
    try {
      cpSync(join(ROOT, 'infra/models/benchmark-regions'), join(models, 'benchmark-regions'), { recursive: true });
      mkdirSync(join(models, 'blocks'));
      const manifest = readFileSync(join(models, 'benchmark-regions/manifest.json'), 'utf8');
      for (const [sha] of manifest.matchAll(/[0-9a-f]{64}/g)) writeFileSync(join(models, 'blocks', `${sha}.onnx`), 'no network');
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--conditions=@concord/source', join(ROOT, 'apps/cli/src/main.ts'), 'bench', 'regions', '--films', '1'],
        { env: { ...process.env, CONCORD_MODELS_DIR: models, CONCORD_DATA_DIR: models }, encoding: 'utf8', timeout: 50_000 },
      );
      expect([status, stderr]).toEqual([1, expect.stringContaining('the model cannot be run')]);
    } finally {
      rmSync(models, { recursive: true });
    }
  });

  it('counts as its words say', () => {
    expect(overlapOf([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3, 12);
    expect(overlapOf([0, 0, 0, 0], [5, 0, 10, 10])).toBe(0);
    expect([isIn([5, 5], [0, 0, 10, 10]), isIn([10, 5], [0, 0, 10, 10])]).toEqual([true, false]);
    expect(rankCorrelation(Float32Array.of(1, 2, 3, 9), Float32Array.of(2, 4, 8, 100))).toBeCloseTo(1, 12);
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 12);
    expect(rankCorrelation(Float32Array.of(1, 1, 2, 2), Float32Array.of(1, 2, 1, 2))).toBeCloseTo(0, 12);
    const [mean, low, high] = meanWithInterval([0, 1, 1, 1, 0, 1, 1, 1], 1);
    expect([mean, low < mean, high > mean]).toEqual([0.75, true, true]);
  });
});
