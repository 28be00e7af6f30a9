import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalities } from '@concord/modalities/registry';
import { counterfactual, type Change } from '@concord/pipeline/assess';
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
const asked = async (changes: readonly Change[], timeline = built.build()) =>
  counterfactual(await stored(), { timeline, task: task!, assess: model.assess, plugins: modalities, changes });

describe('a stored question asked with other readings', () => {
  it('gives the identical number when nothing changes', async () => {
    const answer = await asked([]);
    if (answer.kind !== 'answered') throw new Error(answer.kind);
    const { before, after } = answer;
    expect(after.outcome).toEqual((await stored()).outcome);
    expect(before.outcome).toEqual(after.outcome);
  });

  it('rises when the patient would breathe faster and hold less oxygen', async () => {
    const answer = await asked([
      { code: '9279-1', value: 29, unit: '/min' },
      { code: '2708-6', value: 86, unit: '%' },
    ]);
    if (answer.kind !== 'answered' || answer.before.outcome.kind !== 'scored') throw new Error(answer.kind);
    const { after, before } = answer;
    // Respiration 29 and SpO2 86 are six points of NEWS2: the question is then no longer asked, or answered higher.
    if (after.outcome.kind === 'scored') expect(after.outcome.score.logit).toBeGreaterThan(before.outcome.kind === 'scored' ? before.outcome.score.logit : 0);
    else expect(after.outcome.abstention.reason).toBe('outside-population');
  });

  it('goes through the same door as a measurement: units are converted, what cannot be is refused', async () => {
    const [warm, same] = await Promise.all([asked([{ code: '8310-5', value: 102.2, unit: '[degF]' }]), asked([{ code: '8310-5', value: 39, unit: 'Cel' }])]);
    if (warm.kind !== 'answered' || same.kind !== 'answered') throw new Error('answered');
    expect(warm.after.outcome).toEqual(same.after.outcome);
    expect(await asked([{ code: '2708-6', value: 180, unit: '%' }])).toMatchObject({ kind: 'refused', reason: 'impossible-value' });
    expect(await asked([{ code: '2708-6', value: 96, unit: 'mm[Hg]' }])).toMatchObject({ kind: 'refused', reason: 'unsupported-unit' });
    expect(await asked([{ code: '99999-9', value: 1, unit: '%' }])).toMatchObject({ kind: 'refused', reason: 'unsupported-code' });
  });

  it('is not answered when the stored number does not come out again', async () => {
    expect(await asked([], patient().hourly(9, CALM).build())).toEqual({ kind: 'not-reproduced' });
  });
});
