import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proveUnits } from '../audit-units.ts';
import { openWorld, visits, type World } from '../canary-world.ts';

const REQUESTS = Number(process.env['CONCORD_CAMPAIGN_REQUESTS'] ?? 100_000);
const seed = Number(process.env['CONCORD_CAMPAIGN_SEED'] ?? 20_261_127);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe(`${REQUESTS} requests, seed ${seed}`, () => {
  it('leave every answer with a patient in exactly one unit of audit that names its patients', async () => {
    const began = performance.now();
    const say = (done: number): void => void process.stdout.write(`${done} requests, ${Math.round((performance.now() - began) / 1000)} s\n`);
    const report = await proveUnits(world, visits(world), { requests: REQUESTS, atOnce: 16, seed, progress: say });
    process.stdout.write(`${JSON.stringify({ ...report, mismatches: report.mismatches.length, examples: report.mismatches.slice(0, 20) })}\n`);
    expect(report.mismatches).toEqual([]);
    expect(report.failures).toBe(0);
  });
});
