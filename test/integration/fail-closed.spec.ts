import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaks } from '../canary-leaks.ts';
import { openWorld, visits, type Visit, type World } from '../canary-world.ts';
import { proveFailClosed, showing } from '../fail-closed.ts';

let world: World;
let shown: readonly Visit[];
beforeAll(async () => {
  world = await openWorld();
  const some = visits(world).filter(({ as, method }, place) => (as === 'physician' || as === 'integrator') && method !== 'HEAD' && place % 3 === 0);
  shown = await showing(world, some);
});
afterAll(() => world.close());

describe('when the record cannot be written', () => {
  it('no byte about a patient leaves, whatever made it fail: constraint, grant, disk, commit, lock', async () => {
    expect(shown.length).toBeGreaterThan(20);
    const report = await proveFailClosed(world, shown, { attempts: 90, ofLock: 10 });
    expect(report.leaks).toEqual([]);
    expect(report.successes).toEqual([]);
    expect(report.attempts).toBeGreaterThanOrEqual(90);
    expect(world.log.length).toBeGreaterThan(20);
    expect(await leaks(world)).toEqual([]);
    // The fault was the only reason: with it gone the same questions are answered.
    expect(await showing(world, shown.slice(0, 5))).toHaveLength(5);
  });
});
