import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIGURES_FILE, figuresOf, readFigures } from './measured.ts';

const MODELS = new URL('../../../../infra/models/', import.meta.url).pathname;
const run = { bundle: 'b-1', drawn: 'd', seed: 4, pairs: 200, falseAlarms: 3, contraryPairs: 190, contradictionsFound: 120, on: '2026-01-02' };

describe('how often the queue for a second look is wrong', () => {
  it('is what all runs of the bundle that answers counted together, and of no other bundle', () => {
    const runs = [run, { ...run, seed: 5, falseAlarms: 1, on: '2026-01-01' }, { ...run, bundle: 'b-2', falseAlarms: 90 }];
    expect(figuresOf({ runs }, 'b-1')).toEqual({
      ...{ bundle: 'b-1', consistentPairs: 400, falseAlarms: 4, contraryPairs: 380, found: 240 },
      ...{ seeds: [4, 5], on: '2026-01-02' },
    });
    expect([figuresOf({ runs }, 'b-3'), figuresOf({ runs }, null)]).toEqual([null, null]);
  });

  it('is said to be unknown where nothing was kept', async () => {
    expect(await readFigures('/nowhere', 'b-1')).toBeNull();
  });

  it.each(['{"runs": [', '{"runs": [{"bundle": "b-1"}]}'])('is said to be unknown, and closes no queue, where the file was written wrong: %s', async (text) => {
    const folder = await mkdtemp(join(tmpdir(), 'concord-figures-'));
    await writeFile(join(folder, FIGURES_FILE), text);
    expect(await readFigures(folder, 'b-1')).toBeNull();
    await rm(folder, { recursive: true });
  });

  it('stands beside the bundle that is shipped as the one that answers', async () => {
    const { current } = JSON.parse(await readFile(`${MODELS}active.json`, 'utf8')) as { current: string };
    const figures = await readFigures(MODELS, current);
    expect(figures?.consistentPairs).toBeGreaterThanOrEqual(200);
    expect(FIGURES_FILE).toBe('second-look.json');
  });
});
