import { describe, expect, it } from 'vitest';
import { runClean, runTampering } from '../audit/tamper-run.ts';

const TIMES = Number(process.env['CONCORD_CAMPAIGN_TIMES'] ?? 100_000);
const CLEAN = TIMES / 10;

describe('tampering with the audit log and its exports', () => {
  it(`${TIMES} times: all found, the first bad index named`, () => {
    const began = performance.now();
    const { unseen, misnamed, byOperator } = runTampering(TIMES, 300);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${TIMES} tampered in ${Object.keys(byOperator).length} ways in ${seconds} s: ${unseen.length} unseen, ${misnamed.length} misnamed`);
    expect({ unseen: unseen.slice(0, 20), misnamed: misnamed.slice(0, 20) }).toEqual({ unseen: [], misnamed: [] });
  });

  it(`is not seen in ${CLEAN} clean exports`, () => {
    const wrong = runClean(CLEAN);
    console.log(`${CLEAN} clean exports: ${wrong.length} false alarms`);
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
