import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hours, minus, seededRng } from '@concord/core/kernel';
import { encode } from '@concord/stages/encoding';
import { fuse, type FusionRow } from '@concord/stages/fusion';
import { modalities } from '@concord/modalities/registry';
import { prepareRow, probeBundle, scoreRows } from '@concord/pipeline/assess';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { sepsisOnset } from '@concord/tasks/sepsis-onset';
import { BLOODS, CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const rng = seededRng('invariance');
/** Modalities with a place in the fusion head. */
const fused = () => modalities.filter(({ kind }) => model.bundle.fusion.layout.some(({ modality }) => modality === kind));
const everything = patient()
  .hourly(10, CALM)
  .report(minus(NOON, hours(1)), REPORT)
  .image(minus(NOON, hours(2)), drawnFilm())
  .build();
const signsAndBloods = patient()
  .admitted(minus(NOON, hours(48)), 'icu')
  .hourly(30, CALM)
  .labs(minus(NOON, hours(20)), { ...BLOODS, '2524-7': 1.2 })
  .labs(minus(NOON, hours(3)), BLOODS)
  .build();
const inputs = () =>
  fused().map((plugin) => ({
    plugin,
    input: plugin.align(everything.streams.get(plugin.kind)!, NOON),
    encoder: model.bundle.encoders[plugin.encoder.encoder]!,
  }));
const row = async (): Promise<FusionRow> => {
  const tokens = new Map();
  for (const { plugin, input, encoder } of inputs()) tokens.set(plugin.kind, (await encode([input], encoder, model.runner))[0]);
  return { tokens, coalition: { modalities: fused().map(({ kind }) => kind) } };
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
    const parts = { plugins: modalities, bundle: model.bundle, runner: model.runner };
    for (const [timeline, asked] of [
      [everything, physiologicalDecline],
      [signsAndBloods, physiologicalDecline],
      [signsAndBloods, [sepsisOnset]],
      [signsAndBloods, [hospitalMortality]],
    ] as const) {
      const answers = await model.assess({ timeline, asOf: NOON, tasks: asked });
      const prepared = prepareRow({ timeline, at: NOON, task: asked[0] }, parts);
      const rows = await scoreRows([prepared, prepared, prepared], asked, parts);
      answers.forEach(({ outcome }, index) => {
        const seen = rows[2]?.[index];
        expect(outcome.kind).toBe('scored');
        expect(outcome.kind === 'scored' && seen?.kind === 'scored' && [seen.logit, seen.probability]).toEqual(
          outcome.kind === 'scored' && [outcome.score.logit, outcome.score.probability],
        );
      });
    }
  });
});

describe('what was not measured', () => {
  it('changes no bit, whatever stands in its slot', async () => {
    const mine = await row();
    for (const { kind } of fused()) {
      const without: FusionRow = {
        ...mine,
        coalition: {
          modalities: fused()
            .map((plugin) => plugin.kind)
            .filter((other) => other !== kind),
        },
      };
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

describe('a block that reads a table', () => {
  const draws = (count: number): Float32Array => Float32Array.from({ length: count }, () => rng.next() * 150);

  it('gives a row the same bits at every place of a run, whatever its companions and whatever stands in cells that are not known', async () => {
    for (const { block, batch, columns } of model.bundle.scorers ?? []) {
      const shape = [batch, columns.length];
      const width = columns.length;
      const mine = { values: draws(width), known: Float32Array.from({ length: width }, () => (rng.next() < 0.6 ? 1 : 0)) };
      const logitsAt = async (place: number): Promise<readonly number[]> => {
        const [values, known] = [draws(batch * width), Float32Array.from({ length: batch * width }, () => (rng.next() < 0.5 ? 1 : 0))];
        values.set(
          mine.values.map((value, column) => (mine.known[column] === 1 ? value : (rng.next() - 0.5) * 1e9)),
          place * width,
        );
        known.set(mine.known, place * width);
        const { data, shape: out } = (await model.runner.run(block, { values: { data: values, shape }, known: { data: known, shape } }))['logits']!;
        return [...data.slice(place * out[1]!, (place + 1) * out[1]!)];
      };
      const first = await logitsAt(0);
      for (const place of [1, batch >> 1, batch - 1]) expect(await logitsAt(place)).toEqual(first);
    }
  });

  it('gives the logits that the lab computed without onnxruntime, within 1e-5', async () => {
    expect((await probeBundle(model.bundle, model.runner)).maxDifference).toBeLessThanOrEqual(1e-5);
  });
});
