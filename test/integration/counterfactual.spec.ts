import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, AssessmentId, PatientId } from '@concord/core/clinical';
import { modalities } from '@concord/modalities/registry';
import { counterfactual } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { openModel, type TestModel } from '../model.ts';
import { asks, person, WORKER } from '../people.ts';
import { admit, ago, allowed, pulse, testStores, writes, type TestStores } from '../stores.ts';

const CALM: Readonly<Record<string, readonly [number, string]>> = {
  '8867-4': [84, '/min'],
  '9279-1': [17, '/min'],
  '2708-6': [96, '%'],
  '8480-6': [124, 'mm[Hg]'],
  '8310-5': [36.9, 'Cel'],
};
const [task] = physiologicalDecline;

let stores: TestStores;
let model: TestModel;
let patientId: PatientId;
let id: AssessmentId;
beforeAll(async () => {
  [stores, model] = await Promise.all([testStores(), openModel()]);
  patientId = (await admit(stores.api, { mrn: 'CF-1' })).patientId;
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(patientId);
    for (let hour = 8; hour >= 0; hour -= 1)
      await scope.observations.putAll(Object.entries(CALM).map(([code, [number, unit]]) => pulse(patientId, number, ago(hour * 60 + 10), { code, unit })));
  });
  const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId });
  const timeline = allowed(await stores.worker.withAccess(job, (scope) => scope.timelines.load(patientId, scope.now)));
  const [made] = await model.assess({ timeline: timeline!, asOf: ago(0), tasks: [task!] });
  id = allowed(await stores.worker.withAccess(job, (scope) => scope.assessments.save(made!)))!;
});
afterAll(async () => {
  await Promise.all([stores.close(), model.runner.close()]);
});

/** What the route reads, with the rights of the person who asks. */
async function readBy(login: 'physician' | 'nurse') {
  return allowed(
    await stores.api.withAccess(asks(person(login), { action: 'read', resource: 'RiskAssessment', patientId }), async (scope) => {
      const assessment: Assessment = (await scope.assessments.read(id))!.assessment;
      return { assessment, timeline: await scope.timelines.load(patientId, assessment.asOf, assessment.pins.revision) };
    }),
  );
}

describe('a stored score asked again by who stands at the bed', () => {
  it.each(['physician', 'nurse'] as const)('gives the %s the identical number when nothing changes, from what they themselves may read', async (login) => {
    const { assessment, timeline } = await readBy(login);
    expect(assessment.outcome.kind).toBe('scored');
    const answer = await counterfactual(assessment, { timeline, task: task!, assess: model.assess, plugins: modalities, changes: [] });
    if (answer.kind !== 'answered') throw new Error(answer.kind);
    expect(answer.after.outcome).toEqual(assessment.outcome);
  });

  it('keeps what was explained with the score', async () => {
    const { outcome } = (await readBy('physician')).assessment;
    if (outcome.kind !== 'scored') throw new Error(outcome.kind);
    expect(outcome.explanation?.rationale).toMatch(/^The score is /);
    expect(outcome.explanation?.awaited.map(({ modality }) => modality).sort()).toEqual(['chest-imaging', 'labs', 'radiology-report']);
  });
});
