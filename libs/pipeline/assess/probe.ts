import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest, ScorerEntry } from '@concord/governance/models';

export interface ProbeResult {
  readonly reproduces: boolean;
  /** Largest distance from the logits that the manifest expects. */
  readonly maxDifference: number;
}

/** Runs the bundle's probe set: a bundle that does not give the logits it was made with is not activated. */
export async function probeBundle(bundle: BundleManifest, runner: ModelRunner): Promise<ProbeResult> {
  const { probe, scorers = [] } = bundle;
  const parts = [await fusionDifference(bundle, runner)];
  for (const scorer of scorers) parts.push(await scorerDifference(scorer, probe.seed, runner));
  const maxDifference = Math.max(...parts);
  return { reproduces: maxDifference <= probe.tolerance, maxDifference };
}

async function fusionDifference({ fusion, probe }: BundleManifest, runner: ModelRunner): Promise<number> {
  const { batch, slots, width } = fusion;
  const draw = numbersFrom(probe.seed);
  const tokens = draw(batch * slots * width).map((value) => value * 2 - 1);
  const mask = draw(batch * slots).map((value) => (value < 0.7 ? 1 : 0));
  const age = draw(batch * slots).map((value) => value * 24);
  const shape = [batch, slots];
  const output = await runner.run(fusion.block, { tokens: { data: tokens, shape: [...shape, width] }, mask: { data: mask, shape }, age: { data: age, shape } });
  return distance(probe.logits, output['logits']?.data);
}

/** Numbers of a bedside's order of magnitude, 0 to 200, of which seven in ten are known. */
async function scorerDifference({ block, batch, columns, probe }: ScorerEntry, seed: number, runner: ModelRunner): Promise<number> {
  const draw = numbersFrom(seed);
  const values = draw(batch * columns.length).map((value) => value * 200);
  const known = draw(batch * columns.length).map((value) => (value < 0.7 ? 1 : 0));
  const shape = [batch, columns.length];
  const output = await runner.run(block, { values: { data: values, shape }, known: { data: known, shape } });
  return distance(probe, output['logits']?.data);
}

function distance(expectedRows: readonly (readonly number[])[], seen: Float32Array | undefined): number {
  const expected = expectedRows.flat();
  if (seen?.length !== expected.length) return Infinity;
  return expected.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (seen[index] ?? Infinity))), 0);
}

/** Numbers in [0, 1) that every language makes alike: linear congruential generator of Numerical Recipes, upper 24 bits. */
function numbersFrom(seed: number): (count: number) => Float32Array {
  let state = seed >>> 0;
  return (count) =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) / 2 ** 24;
    });
}
