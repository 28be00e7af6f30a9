import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, Explanation } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { modalities } from '@concord/modalities/registry';
import { createAssess } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { BLOODS, CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { openModel, REPORT, sha256, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const built = (): TimelineBuilder => patient().admitted(minus(NOON, hours(12)), 'ward').hourly(10, CALM); // prettier-ignore
const task = physiologicalDecline[2]!;

function explained(answers: readonly Assessment[]): Explanation {
  const [answer] = answers;
  if (answer?.outcome.kind !== 'scored' || answer.outcome.explanation === undefined) throw new Error('scored');
  return answer.outcome.explanation;
}
const ask = async (timeline: TimelineBuilder, assess = model.assess): Promise<Explanation> =>
  explained(await assess({ timeline: timeline.build(), asOf: NOON, tasks: [task] }));

describe('a source that is not there', () => {
  it('is told with the change that it would bring on average, computed for every one, the largest first', async () => {
    const { awaited, uncertainty, rationale } = await ask(built());
    expect(new Set(awaited.map(({ modality }) => modality))).toEqual(new Set(['labs', 'radiology-report', 'chest-imaging']));
    const changes = awaited.map(({ expectedChange }) => expectedChange ?? Number.NaN);
    expect(changes.every((change) => change >= 0 && change < 1)).toBe(true);
    expect([...changes].sort((a, b) => b - a)).toEqual(changes);
    expect(changes[0]).toBeGreaterThan(0);
    expect(uncertainty.missing).not.toBeNull();
    expect(rationale).toMatch(/would change it most/);
  });

  it('changes nothing where the bundle would not use it beside the others', async () => {
    const { awaited } = await ask(built().labs(minus(NOON, hours(3)), BLOODS));
    // Labs and signs answer together; a report alone beside them is no larger set, so it would be left out.
    expect(awaited.find(({ modality }) => modality === 'radiology-report')).toMatchObject({ expectedChange: 0, widerBy: 0 });
  });

  it('says the same of a film whatever else was asked before, and nothing of the number moves by asking', async () => {
    const { reference: _left, ...without } = model.bundle;
    const mute = createAssess({ plugins: modalities, bundle: without, runner: model.runner, hash: sha256 });
    const timeline = built().report(minus(NOON, hours(1)), REPORT);
    const [told] = await model.assess({ timeline: timeline.build(), asOf: NOON, tasks: [task] });
    const [silent] = await mute({ timeline: timeline.build(), asOf: NOON, tasks: [task] });
    if (told?.outcome.kind !== 'scored' || silent?.outcome.kind !== 'scored') throw new Error('scored');
    expect(told.outcome.score).toEqual(silent.outcome.score);
    expect(silent.outcome.explanation?.awaited.find(({ modality }) => modality === 'chest-imaging')?.expectedChange).toBeNull();
  });
});
