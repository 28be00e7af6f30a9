import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const PAIRS = Number(process.env['CONCORD_CAMPAIGN_PAIRS'] ?? 400);
const seed = Number(process.env['CONCORD_CAMPAIGN_SEED'] ?? 23);
const BIN = new URL('../../apps/cli/bin/concord.js', import.meta.url).pathname;

interface Figures {
  readonly pairs: number;
  readonly falseAlarms: number;
  readonly falseAlarmShare: number;
  readonly contraryPairs: number;
  readonly contradictionsFound: number;
}

/** One-sided: a queue whose true share is the goal stays below it in 95 of 100 runs. */
const mostFalseAlarms = (goal: number): number => Math.ceil(PAIRS * goal + 1.645 * Math.sqrt(PAIRS * goal * (1 - goal)));

describe(`${PAIRS} drawn films and reports of one truth, and as many of two, seed ${seed}`, () => {
  it('send few to a second look whose sources agree, and more than half of those whose sources do not', { timeout: 3_600_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'bench', 'agreement', '--pairs', String(PAIRS), '--seed', String(seed), '--json']);
    process.stdout.write(`${stdout}\n`);
    const figures = JSON.parse(stdout) as Figures;
    expect(figures.pairs).toBe(PAIRS);
    expect(figures.falseAlarms).toBeLessThanOrEqual(mostFalseAlarms(0.02));
    expect(figures.contradictionsFound / figures.contraryPairs).toBeGreaterThan(0.5);
  });
});
