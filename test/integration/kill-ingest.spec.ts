import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killDuringIngest } from '../kill-run.ts';
import { builtReason, RunningSystem, type Program } from '../running-system.ts';

const TIMES = 3;
const READY_MS_MAX = 10_000;

describe.skipIf(builtReason !== undefined)(`kill -9 while vital signs come in${builtReason === undefined ? '' : ` (${builtReason})`}`, () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
  });
  afterAll(async () => {
    await system.remove();
  });

  it.each<Program>(['api', 'worker', 'postgres'])('loses nothing that was acknowledged, doubles nothing and is ready again: %s', async (program) => {
    const report = await killDuringIngest(system, program, TIMES);
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.lost).toEqual([]);
    expect(report.doubled).toEqual([]);
    expect(Math.max(...report.readyMs)).toBeLessThanOrEqual(READY_MS_MAX);
  });
});
