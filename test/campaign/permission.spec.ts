import { describe, expect, it } from 'vitest';
import { askRandomly } from '../permission/run.ts';

const CASES = Number(process.env['CONCORD_CAMPAIGN_CASES'] ?? 100_000);
const SECONDS = 7_200;
const seed = Number(process.env['CONCORD_CAMPAIGN_SEED'] ?? 20_261_127);

describe(`${CASES} random cases, seed ${seed}`, () => {
  it('show no row, number or word of a patient to who must not see it', { timeout: SECONDS * 1000 }, async () => {
    const began = performance.now();
    const progress = (cases: number, wrong: number): void =>
      void process.stdout.write(`${cases} cases, ${wrong} wrong, ${Math.round((performance.now() - began) / 1000)} s\n`);
    const { cases, changes, wrong } = await askRandomly({ seed, cases: CASES, worlds: Math.ceil(CASES / 5_000), patients: 20, perRound: 250, progress });
    process.stdout.write(`${JSON.stringify({ cases, changes, wrong: wrong.length, examples: wrong.slice(0, 20) })}\n`);
    expect(wrong).toEqual([]);
  });
});
