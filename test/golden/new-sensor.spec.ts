import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalityKind } from '@concord/core/clinical';
import { heartRateVariability } from '@concord/modalities/heart-rate-variability';
import { modalities } from '@concord/modalities/registry';
import { createAssess } from '@concord/pipeline/assess';
import { tasks } from '@concord/tasks/registry';
import { NOON, type TimelineBuilder } from '@concord/testing';
import { received } from '../../libs/modalities/heart-rate-variability/fixture.ts';
import { openModel, sha256, type TestModel } from '../model.ts';
import { PATIENTS } from './patients.ts';

const KIND = 'heart-rate-variability' as ModalityKind;

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const every = Object.entries(PATIENTS).flatMap(([task, named]) =>
  Object.entries<TimelineBuilder>(named).map(([name, built]) => [`${task}: ${name}`, built] as const),
);
const withWatch = (built: TimelineBuilder): TimelineBuilder =>
  received(NOON)
    .flatMap((one) => {
      const observed = heartRateVariability.observe(one);
      if (!observed.ok) throw new Error(observed.error.kind);
      return observed.value;
    })
    .reduce((whole, observation) => whole.observation(KIND, observation), built);

// The proof that a new sensor re-engineers nothing: Concord as it was before the folder, the line and the entry, beside Concord with them.
describe('heart rate variability, added as one folder, one registry line and one manifest entry', () => {
  it.each(every)('%s: every answer is the same to the byte, with the sensor and without, worn or not', async (_, built) => {
    const { [KIND]: own, ...others } = model.bundle.encoders;
    expect(own).toBeDefined();
    const parts = { runner: model.runner, hash: sha256 };
    const before = createAssess({ ...parts, plugins: modalities.filter(({ kind }) => kind !== KIND), bundle: { ...model.bundle, encoders: others } });
    const question = { timeline: built.build(), asOf: NOON, tasks };
    const expected = JSON.stringify(await before(question));
    expect(JSON.stringify(await model.assess(question))).toBe(expected);
    expect(JSON.stringify(await model.assess({ ...question, timeline: withWatch(built).build() }))).toBe(expected);
  });

  it('speaks once a question names it: its tokens come out of the block of the manifest, finite and only where something was measured', async () => {
    const { encode } = await import('@concord/stages/encoding');
    const stream = withWatch(every[0]![1]).build().streams.get(KIND)!;
    const [tokens] = await encode([heartRateVariability.align(stream as never, NOON)], model.bundle.encoders[KIND]!, model.runner);
    expect([...tokens!.mask]).toEqual([1, 1, 1]);
    expect(tokens!.data).toHaveLength(3 * 64);
  });
});
