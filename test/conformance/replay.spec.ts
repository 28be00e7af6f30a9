import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hours, minus, plus } from '@concord/core/kernel';
import { replay } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { CALM, NOON, patient } from '@concord/testing';
import { openModel, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const [task] = physiologicalDecline;
const built = patient().hourly(10, CALM);
const stored = async () => (await model.assess({ timeline: built.build(), asOf: NOON, tasks: [task!] }))[0]!;
const again = async (change: typeof built | undefined, before = stored()) =>
  replay(await before, { timeline: change?.build(), task: task!, assess: model.assess });

describe('a stored assessment asked again', () => {
  it('comes out equal to the bit on the same machine', async () => {
    expect(await again(built)).toMatchObject({ kind: 'reproduced', bitEqual: true });
  });

  it('does not change when something arrives that was not known then', async () => {
    expect(await again(built.signs(plus(NOON, hours(1)), { pulse: 140 }))).toMatchObject({ kind: 'reproduced', bitEqual: true });
  });

  it('is said to differ when its inputs differ', async () => {
    expect(await again(built.signs(minus(NOON, hours(1.5)), { pulse: 140 }))).toMatchObject({
      kind: 'differs',
      what: expect.arrayContaining(['inputs', 'logit']) as string[],
    });
  });

  it('from another class of processor may differ in the last bits, and no more', async () => {
    const elsewhere = stored().then((one) => ({ ...one, pins: { ...one.pins, runtime: 'onnxruntime-node 1.30.0; linux-arm64; asimd' } }));
    const moved = (by: number) =>
      elsewhere.then((one) =>
        one.outcome.kind === 'scored' ? { ...one, outcome: { ...one.outcome, score: { ...one.outcome.score, logit: one.outcome.score.logit + by } } } : one,
      );
    expect(await again(built, moved(5e-6))).toMatchObject({ kind: 'reproduced', bitEqual: false });
    expect(await again(built, moved(5e-5))).toMatchObject({ kind: 'differs', what: ['logit'] });
  });

  it('answers that its inputs were erased when the patient is gone', async () => {
    expect(await again(undefined)).toEqual({ kind: 'inputs-erased' });
    expect(await again(patient())).toMatchObject({ kind: 'inputs-erased' });
  });
});
