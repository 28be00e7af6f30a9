import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proveUnits } from '../audit-units.ts';
import { leaks } from '../canary-leaks.ts';
import { openWorld, visits, type World } from '../canary-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('every answer with a patient in it', () => {
  it('belongs to exactly one open unit of audit that names its patients, and repeats them in no error, address, log, metric or job', async () => {
    const report = await proveUnits(world, visits(world), { requests: 3_000, atOnce: 8, seed: 7 });
    expect(report.mismatches).toEqual([]);
    expect(report.failures).toBe(0);
    // Found by value: as many kinds of answers as show patients today, so that a blind search cannot pass.
    expect(report.routes).toBeGreaterThanOrEqual(25);
    expect(report.withPatients).toBeGreaterThanOrEqual(200);
    expect(report.repeated).toEqual([]);
    expect(await leaks(world)).toEqual([]);
  });
});
