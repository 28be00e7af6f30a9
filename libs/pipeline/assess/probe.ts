import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';

export interface ProbeResult {
  readonly reproduces: boolean;
  /** Largest distance from the logits that the manifest expects. */
  readonly maxDifference: number;
}

/** Runs the bundle's probe set: a bundle that does not give the logits it was made with is not activated. */
export async function probeBundle({ fusion, probe }: BundleManifest, runner: ModelRunner): Promise<ProbeResult> {
  const { batch, slots, width } = fusion;
  const draw = numbersFrom(probe.seed);
  const tokens = draw(batch * slots * width).map((value) => value * 2 - 1);
  const mask = draw(batch * slots).map((value) => (value < 0.7 ? 1 : 0));
  const age = draw(batch * slots).map((value) => value * 24);
  const shape = [batch, slots];
  const output = await runner.run(fusion.block, { tokens: { data: tokens, shape: [...shape, width] }, mask: { data: mask, shape }, age: { data: age, shape } });
  const seen = output['logits']?.data ?? new Float32Array();
  const expected = probe.logits.flat();
  const maxDifference = expected.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (seen[index] ?? Infinity))), 0);
  return { reproduces: seen.length === expected.length && maxDifference <= probe.tolerance, maxDifference };
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
