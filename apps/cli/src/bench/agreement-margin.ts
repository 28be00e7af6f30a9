import type { Sha256 } from '@concord/core/clinical';
import { logit, sigmoid } from '@concord/core/kernel';
import type { ModelRunner, Tensor } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';

/** False alarms that the queue may raise on pairs of one truth. */
export const MOST_FALSE = 0.02;
/** Log-odds beyond the thresholds of the bundle, tried from the least; below 0 they come nearer. */
export const MARGINS: readonly number[] = Array.from({ length: 37 }, (_, at) => (at - 6) / 10);

/**
 * The highest share that still gives `hits` or fewer of `of` in one draw of twenty: the exact upper bound of one side at 95 %.
 * Source: Clopper and Pearson 1934.
 */
export function upperBound(hits: number, of: number): number {
  let [low, high] = [hits / of, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(hits, of, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** Chance of `hits` or fewer of `of` at a share. */
function atMost(hits: number, of: number, share: number): number {
  let term = of * Math.log1p(-share);
  let sum = Math.exp(term);
  for (let count = 1; count <= hits; count += 1) {
    term += Math.log((of - count + 1) / count) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(term);
  }
  return sum;
}

/** The bundle with its findings surer or less sure by a margin; one that is never said stays so. */
export function withMargin(bundle: BundleManifest, margin: number): BundleManifest {
  const beyond = (share: number, by: number): number => (share <= 0 || share >= 1 ? share : sigmoid(logit(share) + by));
  const findings = (bundle.findings ?? []).map((entry) => ({
    ...entry,
    findings: entry.findings.map((one) => {
      const [present, absent] = [beyond(one.present, margin), beyond(one.absent, -margin)];
      // A margin below 0 may bring them together: between them nothing is said.
      return absent < present ? { ...one, present, absent } : { ...one, present: absent, absent: present };
    }),
  }));
  return { ...bundle, findings };
}

/** Answers a question that was asked before from memory: thresholds change, the picture does not. */
export function remembering(runner: ModelRunner): ModelRunner {
  const known = new Map<string, Promise<Readonly<Record<string, Tensor>>>>();
  return {
    ...runner,
    runtime: runner.runtime,
    run: (block: Sha256, inputs) => {
      const key = `${block} ${Object.values(inputs)
        .map(({ data }) => sumOf(data))
        .join(' ')}`;
      const answer = known.get(key) ?? runner.run(block, inputs);
      known.set(key, answer);
      return answer;
    },
  };
}

/** Tells pictures of one run apart: a sum that every place weighs in differently. */
function sumOf(data: Float32Array): number {
  let sum = 0;
  data.forEach((value, at) => {
    sum += value * Math.sin(at + 1);
  });
  return sum;
}
