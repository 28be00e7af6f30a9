import { describe, expect, it } from 'vitest';
import { canary } from '../erasure-canary.ts';

const PATIENTS = 50;

describe(`${PATIENTS} planted patients, erased`, () => {
  it('are found nowhere: dump, data files, log after its recycling point, temporary files, blobs, server’s log; every proof holds', async () => {
    const report = await canary(PATIENTS);
    console.log(
      `${PATIENTS} erased, ${report.openBefore.length} values open before, ${report.found.length} traces after, ${report.events} events, ` +
        `proofs ${report.proofsHold ? 'hold' : 'broken'}, ${report.secondsPerErasure.toFixed(2)} s an erasure`,
    );
    expect(report.openBefore).toEqual([]);
    expect(report.seenBefore).toBe(1);
    expect(report.found).toEqual([]);
    expect(report.proofsHold).toBe(true);
  });
});
