import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, PatientId } from '@concord/core/clinical';
import { probability } from '@concord/core/kernel';
import { assessmentToWire } from '@concord/contracts';
import { tasks } from '@concord/tasks/registry';
import { assessPatient } from '../../apps/worker/src/assess-patient.ts';
import { openModel, type TestModel } from '../model.ts';
import { asks, person } from '../people.ts';
import { admit, ago, pulse, testStores, writes, type TestStores } from '../stores.ts';

const TASK = tasks.find(({ id }) => id === 'physiological-decline-24h')!;
const CALM = [
  ['8867-4', 84, '/min'],
  ['9279-1', 17, '/min'],
  ['2708-6', 96, '%'],
  ['8480-6', 124, 'mm[Hg]'],
  ['8310-5', 36.9, 'Cel'],
] as const;

let stores: TestStores;
let model: TestModel;
let patientId: PatientId;
beforeAll(async () => {
  [stores, model] = await Promise.all([testStores(), openModel()]);
  patientId = (await admit(stores.api, { mrn: 'HT-1' })).patientId;
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(patientId);
    for (let hour = 8; hour >= 0; hour -= 1)
      await scope.observations.putAll(CALM.map(([code, number, unit]) => pulse(patientId, number, ago(hour * 60 + 10), { code, unit })));
  });
});
afterAll(async () => {
  await Promise.all([stores.close(), model.runner.close()]);
});

/** The real answer with another chance in it: no patient can be made to stand just below a threshold. */
async function scoredWith(chance: number): Promise<void> {
  const withChance = (one: Assessment): Assessment =>
    one.outcome.kind === 'abstained' ? one : { ...one, outcome: { ...one.outcome, score: { ...one.outcome.score, probability: probability(chance) } } };
  const assess = async (question: Parameters<typeof model.assess>[0]) => (await model.assess(question)).map(withChance);
  await assessPatient(patientId, 'job-1', { withAccess: stores.worker.withAccess, assess, tasks: [TASK] });
}

async function shownTier() {
  const found = await stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'RiskAssessment', patientId }), (scope) =>
    scope.assessments.list({ patientId, task: TASK.id, limit: 1 }),
  );
  return found.ok && found.value[0] !== undefined ? assessmentToWire(found.value[0], { thresholds: TASK.thresholds }).tier : undefined;
}

describe('the tier that a ward sees', () => {
  it('rises at once, stays while the chance is inside the band below its threshold, and falls when it has left it', async () => {
    const { raised, high } = TASK.thresholds;
    const seen = [];
    for (const chance of [0.99 * raised, raised, 0.9 * raised, 0.81 * raised, 0.79 * raised, 0.9 * raised, high, 0.85 * high, 0.75 * high]) {
      await scoredWith(chance);
      seen.push(await shownTier());
    }
    expect(seen).toEqual(['usual', 'raised', 'raised', 'raised', 'usual', 'usual', 'high', 'high', 'raised']);
  });
});
