import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killDuringIngest } from '../kill-run.ts';
import { RunningSystem, type Program } from '../running-system.ts';

const TIMES = 20;
const READY_MS_MAX = 10_000;

describe(`kill -9, ${TIMES} times each, while vital signs come in`, () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
  });
  afterAll(async () => {
    await system.remove();
  });

  it.each<Program>(['api', 'worker', 'postgres'])('%s', async (program) => {
    const report = await killDuringIngest(system, program, TIMES);
    const ready = [...report.readyMs].sort((a, b) => a - b);
    console.log(
      `${program}: ${report.acknowledged} acknowledged, ${report.lost.length} lost, ${report.doubled.length} doubled; ` +
        `ready again after ${ready[TIMES >> 1]?.toFixed(0)} ms (median), ${ready.at(-1)?.toFixed(0)} ms (longest)`,
    );
    expect(report.lost).toEqual([]);
    expect(report.doubled).toEqual([]);
    expect(ready.at(-1)).toBeLessThanOrEqual(READY_MS_MAX);
  });
});
