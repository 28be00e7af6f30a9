import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtReason, RunningSystem } from '../running-system.ts';

const SECOND_START_MS_MAX = 20_000;

describe.skipIf(builtReason !== undefined)(`the life of one start${builtReason === undefined ? '' : ` (${builtReason})`}`, () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
  });
  afterAll(async () => {
    await system.remove();
  });

  it('says where it is and who may sign in', async () => {
    await expect.poll(() => system.output, { timeout: 20_000 }).toContain(`http://localhost:${system.port}`);
    for (const user of ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'])
      expect(system.output).toContain(user);
    expect(system.output).toContain('not a medical device');
  });

  it('sends a second start beside it to its address and leaves it alone', async () => {
    const before = system.processes().length;
    const second = system.spawn();
    let said = '';
    second.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const [code] = (await once(second, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(said).toContain(`http://localhost:${system.port}`);
    expect(await system.isReady()).toBe(true);
    expect(system.processes()).toHaveLength(before);
  });

  it('leaves nothing running after Ctrl-C, and starts again in seconds', async () => {
    await system.interrupt();
    expect(existsSync(join(system.dataDir, 'run.json'))).toBe(false);
    const began = performance.now();
    await system.start();
    expect(performance.now() - began).toBeLessThan(SECOND_START_MS_MAX);
  });

  it('comes back after the start itself was killed, and leaves no process of the dead one', async () => {
    const before = new Set(system.processes());
    await system.killLeader();
    await system.start();
    const now = system.processes();
    await expect.poll(() => system.processes().filter((pid) => before.has(pid)), { timeout: 15_000 }).toEqual([]);
    expect(now.length).toBeGreaterThan(0);
  });

  it('starts again at once after its terminal was killed: the ward is not left with neither', async () => {
    await system.interrupt();
    const shell = system.spawnBelowShell();
    await system.untilReady();
    const began = system.output.length;
    shell.kill('SIGKILL');
    await system.start();
    // The dying one may still answer for a moment: what counts is that the new one says it is ready.
    await expect.poll(() => system.output.slice(began), { timeout: 60_000 }).toContain('Concord is ready');
    expect(await system.isReady()).toBe(true);
  });
});
