import { describe, expect, it } from 'vitest';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { runHiding } from '../audit/hide-run.ts';
import { OPERATORS } from '../audit/tamper.ts';
import { runClean, runTampering } from '../audit/tamper-run.ts';
import { openedActor, openedPatient, patientKeyOf, publicKeys, sampleBundle, sampleEvent, sampleLog } from '../audit/sample-log.ts';

/** Half a minute on a quiet machine. */
const SLOW_MS = 300_000;
const events = Array.from({ length: 1000 }, (_, n) => sampleEvent(n, { patients: 20, actors: 5 }));
const log = sampleLog(events, 90);
const [from, to] = [events[300]!.recordedAt, events[600]!.recordedAt];

describe('the stand-alone verifier', () => {
  it.each([
    ['the whole log', { kind: 'log' }, 1000],
    ['one patient', { kind: 'patient', patient: openedPatient(patientKeyOf(3)) }, undefined],
    ['one patient in a window of time', { kind: 'patient', patient: openedPatient(patientKeyOf(3)), from, to }, undefined],
    ['one patient as one person saw them', { kind: 'patient', patient: openedPatient(patientKeyOf(3)), actor: openedActor('u1') }, undefined],
    ['one person', { kind: 'actor', actor: openedActor('u2') }, undefined],
    ['a patient of whom nothing is recorded', { kind: 'patient', patient: openedPatient(patientKeyOf(999)) }, 0],
    ['a window of time', { kind: 'window', from, to: events[999]!.recordedAt + 1 }, 700],
  ] as const)('finds nothing wrong with an export of %s', (_name, scope, count) => {
    const verdict = verifyBundle(sampleBundle(log, scope), { keys: publicKeys });
    expect(verdict).toMatchObject({ verdict: 'valid', firstBad: null, size: 1000, anchorsUnproved: 0, anchors: log.heads.length });
    expect(verdict.events).toBe(count ?? verdict.events);
    if (count !== 0) expect(verdict.events).toBeGreaterThan(0);
  });
});

describe('tampering', () => {
  it(
    `in ${Object.keys(OPERATORS).length} ways, 2,000 times: all found, the first bad index named`,
    () => {
      const runs = [runTampering(1750, 60), runTampering(250, 300)];
      const [unseen, misnamed] = [runs.flatMap((run) => run.unseen), runs.flatMap((run) => run.misnamed)];
      expect({ unseen, misnamed }).toEqual({ unseen: [], misnamed: [] });
    },
    SLOW_MS,
  );

  it('is not seen in 200 clean exports', () => {
    expect(runClean(200)).toEqual([]);
  });
});

describe('an export of one patient or one person', () => {
  it(
    'from which 2,000 times some events were hidden is always found out',
    () => {
      expect(runHiding(2000)).toEqual([]);
    },
    SLOW_MS,
  );
});
