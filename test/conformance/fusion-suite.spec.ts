import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksFolder, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, Sha256 } from '@concord/core/clinical';
import { judgeFusion } from '../token-truth.ts';

const folders = { models: new URL('../../infra/models', import.meta.url).pathname };
const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
afterAll(() => runner.close());
const shipped = () => readBundle(folders, 'benchmark-fusion' as BundleId);

describe('fusion, on a few hundred patients whose truth is known', () => {
  it('keeps the properties that the bundle was released with', async () => {
    const json = await judgeFusion({ bundle: await shipped(), runner }, 3);
    expect(json.xorAuroc).toBeGreaterThan(0.95);
    expect(Math.abs(json.lateFusionXorAuroc - 0.5)).toBeLessThan(0.08);
    expect(json.efficiencyResidual).toBeLessThan(1e-5);
    expect(json.retrieval.value / json.retrieval.ceiling).toBeGreaterThan(0.85);
    for (const pattern of json.patterns) {
      const [, high = 1] = json.ci[`patterns.${pattern.pattern.join('+')}.fusedOverBest`] ?? [];
      expect(high, pattern.pattern.join('+')).toBeGreaterThanOrEqual(0);
      expect(json.ci).toHaveProperty([`patterns.${pattern.pattern.join('+')}.fusedAuroc`]);
      expect(Math.abs(pattern.truth.coverage - 0.9), pattern.pattern.join('+')).toBeLessThan(0.03);
      expect(Math.abs(pattern.truth.slope - 1), pattern.pattern.join('+')).toBeLessThan(0.1);
      expect(pattern.truth.eceGain, pattern.pattern.join('+')).toBeGreaterThan(0);
      // Sets made for these patients from their own chances: what they miss of .9 is luck, five standard errors of it at most.
      expect(Math.abs(pattern.best.coverage - 0.9), pattern.pattern.join('+')).toBeLessThan(5 * Math.sqrt(0.09 / pattern.n));
    }
  });

  it('holds its raw chance where sources are missing at random, which the maps of wards that measure the sick more do not', async () => {
    const { atRandom, spreadOnStrangers } = await judgeFusion({ bundle: await shipped(), runner }, 4);
    expect(atRandom.rawLow).toBeGreaterThan(0.95);
    expect(atRandom.rawHigh).toBeLessThan(1.05);
    expect(atRandom.mappedHigh - atRandom.mappedLow).toBeGreaterThan(0.15);
    // A report of another patient is none that an outcome was learned from: the members part.
    expect(spreadOnStrangers).toBeGreaterThan(0.8);
  });

  it('answers as before when one adapter is exchanged for its next version and nothing else is touched', async () => {
    const bundle = await shipped();
    const adapters = JSON.parse(readFileSync(`${folders.models}/benchmark-fusion/adapters.json`, 'utf8')) as readonly { encoder: string; block: Sha256 }[];
    expect(adapters).not.toEqual([]);
    const before = await judgeFusion({ bundle, runner }, 3);
    for (const { encoder, block } of adapters) {
      const entry = bundle.encoders[encoder]!;
      expect(block).not.toBe(entry.block);
      const after = await judgeFusion({ bundle: { ...bundle, encoders: { ...bundle.encoders, [encoder]: { ...entry, block } } }, runner }, 3);
      // Another network: no figure is the same, and all lie within what two trainings of the whole differ by.
      expect(after.shapleyError).not.toBe(before.shapleyError);
      expect(Math.abs(after.shapleyError - before.shapleyError)).toBeLessThan(0.015);
      expect(Math.abs(after.xorAuroc - before.xorAuroc)).toBeLessThan(0.01);
      expect(Math.abs(after.discordanceAuroc - before.discordanceAuroc)).toBeLessThan(0.004);
      expect(Math.abs(after.mislink.value - before.mislink.value)).toBeLessThan(0.015);
      expect(Math.abs(after.retrieval.value - before.retrieval.value)).toBeLessThan(0.05);
      after.patterns.forEach((pattern, place) => {
        expect(Math.abs(pattern.fusedAuroc - before.patterns[place]!.fusedAuroc), pattern.pattern.join('+')).toBeLessThan(0.008);
      });
    }
  });
});
