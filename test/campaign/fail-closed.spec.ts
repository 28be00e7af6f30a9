import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, visits, type Visit, type World } from '../canary-world.ts';
import { proveFailClosed, showing } from '../fail-closed.ts';

let world: World;
let shown: readonly Visit[];
beforeAll(async () => {
  world = await openWorld();
  shown = await showing(world, visits(world));
});
afterAll(() => world.close());

describe('1,000 times the record cannot be written', () => {
  it('0 bytes about a patient leave', async () => {
    const report = await proveFailClosed(world, shown, { attempts: 1_000, ofLock: 100 });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    expect(report.leaks).toEqual([]);
    expect(report.successes).toEqual([]);
  });
});
