import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hours, minus, seededRng } from '@concord/core/kernel';
import { encode } from '@concord/stages/encoding';
import { fuse, type FusionRow } from '@concord/stages/fusion';
import { modalities } from '@concord/modalities/registry';
import { prepareRow, scoreRows } from '@concord/pipeline/assess';
import { tasks } from '@concord/tasks/registry';
import { CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const rng = seededRng('invariance');
const everything = patient()
  .hourly(10, CALM)
  .report(minus(NOON, hours(1)), REPORT)
  .image(minus(NOON, hours(2)), drawnFilm())
  .build();
const inputs = () =>
  modalities.map((plugin) => ({
    plugin,
    input: plugin.align(everything.streams.get(plugin.kind)!, NOON),
    encoder: model.bundle.encoders[plugin.encoder.encoder]!,
  }));
const row = async (): Promise<FusionRow> => {
  const tokens = new Map();
  for (const { plugin, input, encoder } of inputs()) tokens.set(plugin.kind, (await encode([input], encoder, model.runner))[0]);
  return { tokens, coalition: { modalities: modalities.map(({ kind }) => kind) } };
};

describe('a score does not depend on who else is scored', () => {
  it('tokens are the same to the bit at every place of a run and with other companions', async () => {
    for (const { input, encoder } of inputs()) {
      const [alone] = await encode([input], encoder, model.runner);
      const other = { ...input, data: input.data.map(() => rng.next() * 50) };
      const batch = encoder.input.shape[0]!;
      for (let place = 0; place < batch; place += 1) {
        const crowd = Array.from({ length: batch }, (_, index) => (index === place ? input : other));
        expect((await encode(crowd, encoder, model.runner))[place]).toEqual(alone);
      }
    }
  });

  it('logits are the same to the bit at every place of a run', async () => {
    const mine = await row();
    const [alone] = await fuse([mine], model.bundle.fusion, model.runner);
    const other: FusionRow = { ...mine, coalition: { modalities: [modalities[0]!.kind] } };
    for (let place = 0; place < model.bundle.fusion.batch; place += 1) {
      const crowd = Array.from({ length: model.bundle.fusion.batch }, (_, index) => (index === place ? mine : other));
      expect((await fuse(crowd, model.bundle.fusion, model.runner))[place]).toEqual(alone);
    }
  });

  it('a batch over many rows gives the number that one patient gets, to the bit', async () => {
    const answers = await model.assess({ timeline: everything, asOf: NOON, tasks });
    const parts = { plugins: modalities, bundle: model.bundle, runner: model.runner };
    const prepared = prepareRow({ timeline: everything, at: NOON, task: tasks[0]! }, parts);
    const rows = await scoreRows([prepared, prepared, prepared], tasks, parts);
    answers.forEach(({ outcome }, index) => {
      const seen = rows[2]?.[index];
      expect(outcome.kind === 'scored' && seen?.kind === 'scored' && [seen.logit, seen.probability]).toEqual(
        outcome.kind === 'scored' && [outcome.score.logit, outcome.score.probability],
      );
    });
  });
});

describe('what was not measured', () => {
  it('changes no bit, whatever stands in its slot', async () => {
    const mine = await row();
    for (const { kind } of modalities) {
      const without: FusionRow = { ...mine, coalition: { modalities: modalities.map((plugin) => plugin.kind).filter((other) => other !== kind) } };
      const own = mine.tokens.get(kind)!;
      const garbage = { ...own, mask: own.mask.map(() => 0), data: own.data.map(() => (rng.next() - 0.5) * 1e6), ageHours: own.ageHours.map(() => 1e5) };
      const dirty: FusionRow = { tokens: new Map([...mine.tokens, [kind, garbage]]), coalition: mine.coalition };
      const [clean, soiled] = await fuse([without, dirty], model.bundle.fusion, model.runner);
      expect(soiled).toEqual(clean);
    }
  });

  it('of the signs changes no bit of the tokens either: a step whose mask is 0 may hold anything', async () => {
    const signs = inputs().find(({ plugin }) => plugin.kind === 'vitals')!;
    const dirty = { ...signs.input, data: signs.input.data.slice() };
    for (let at = 0; at < dirty.data.length; at += 3) if (dirty.data[at + 1] === 0) dirty.data.set([rng.next() * 1e6, 0, rng.next() * 1e6], at);
    expect((await encode([dirty], signs.encoder, model.runner))[0]?.data).toEqual((await encode([signs.input], signs.encoder, model.runner))[0]?.data);
  });
});
