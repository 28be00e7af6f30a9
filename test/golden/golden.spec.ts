import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, RiskTask } from '@concord/core/clinical';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { sepsisOnset } from '@concord/tasks/sepsis-onset';
import { NOON, type TimelineBuilder } from '@concord/testing';
import { openModel, type TestModel } from '../model.ts';
import { frozen, GoldenFile } from './frozen.ts';
import { PATIENTS } from './patients.ts';

const TASKS: Readonly<Record<keyof typeof PATIENTS, readonly RiskTask[]>> = {
  'physiological-decline': physiologicalDecline,
  'sepsis-onset': [sepsisOnset],
  'hospital-mortality': [hospitalMortality],
};

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const ask = (task: keyof typeof PATIENTS, name: string): Promise<readonly Assessment[]> => {
  const built = (PATIENTS[task] as Readonly<Record<string, TimelineBuilder>>)[name]!;
  return model.assess({ timeline: built.build(), asOf: NOON, tasks: TASKS[task] });
};

// A change of a number here is a change of what a ward reads: it needs a new bundle, never a new golden file alone.
describe.each(Object.keys(PATIENTS) as (keyof typeof PATIENTS)[])('frozen patients of %s', (task) => {
  it.each(Object.keys(PATIENTS[task]))('%s', async (name) => {
    new GoldenFile(task).hold(name, (await ask(task, name)).map(frozen));
  });

  it('the golden file was made with the bundle that is served', () => {
    expect(new GoldenFile(task).bundles()).toEqual([model.bundle.id]);
    expect(Object.keys(new GoldenFile(task).read()).sort()).toEqual(Object.keys(PATIENTS[task]).sort());
  });
});

describe('what a clinician would check by eye in them', () => {
  const chance = async (task: keyof typeof PATIENTS, name: string): Promise<number | string> => {
    const [one] = await ask(task, name);
    return one?.outcome.kind === 'scored' ? one.outcome.score.probability : (one?.outcome.abstention.reason ?? 'no answer');
  };

  it('fever, fast breathing, falling pressure and a lactate of 4.1 raise sepsis at least threefold over calm with bloods', async () => {
    const [calm, hot] = [await chance('sepsis-onset', 'calm, with bloods'), await chance('sepsis-onset', 'hot, fast, pressure falling, lactate 4.1')];
    expect(Number(hot)).toBeGreaterThan(3 * Number(calm));
  });

  it('failing organs at 85 raise death in hospital at least threefold over calm at 64', async () => {
    const [calm, failing] = [
      await chance('hospital-mortality', 'calm at hour 48, with bloods'),
      await chance('hospital-mortality', 'failing at hour 48, aged 85'),
    ];
    expect(Number(failing)).toBeGreaterThan(3 * Number(calm));
  });

  it.each([
    ['sepsis-onset', 'the same on hour 49: no longer asked'],
    ['sepsis-onset', 'a girl of eleven: not asked'],
    ['hospital-mortality', 'failing on a ward: not asked'],
    ['hospital-mortality', 'failing at hour 47: not asked yet'],
  ] as const)('%s, %s: outside the population, with no number', async (task, name) => {
    expect(await chance(task, name)).toBe('outside-population');
  });
});
