import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verified, type Assess, type Assessment, type ImageValue, type ModalityKind } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import type { BundleManifest } from '@concord/governance/models';
import { modalities } from '@concord/modalities/registry';
import { createAgree } from '@concord/pipeline/agree';
import { createAssess, createVerifyRegions, prepareRow, replay, scoreRows } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { drawnFilm, openModel, REPORT, sha256, type TestModel } from '../model.ts';

const FILMS = 'chest-imaging' as ModalityKind;
const TAKEN = minus(NOON, hours(2));

let model: TestModel;
let pooling: BundleManifest;
let together: Assess;
let newestAlone: Assess;
beforeAll(async () => {
  model = await openModel();
  const { views: _, ...single } = model.bundle;
  pooling = { ...single, views: [{ modality: FILMS, most: 4 }] };
  const parts = { plugins: modalities, runner: model.runner, hash: sha256 };
  together = createAssess({ ...parts, bundle: pooling });
  newestAlone = createAssess({ ...parts, bundle: single });
});
afterAll(() => model.runner.close());

const named = (value: ImageValue, sopInstanceUid: string, change: Partial<ImageValue['header']> = {}): ImageValue => ({
  ...value,
  header: { ...value.header, sopInstanceUid, viewPosition: 'PA', ...change },
});
const clear = named(drawnFilm([], 3), '2.25.31');
const opaque: ImageValue = (() => {
  const film = named(drawnFilm([{ kind: 'opacity', side: 'left', zone: 'mid', size: 0.12, density: 0.9 }], 5), '2.25.32', { viewPosition: 'AP' });
  return { ...film, derived: { ...(film.derived as object), view: 'AP' } };
})();
const effusion = named(drawnFilm(undefined, 7), '2.25.33');
const lateral: ImageValue = {
  header: { ...named(clear, '2.25.34').header, viewPosition: 'LL' },
  derived: null,
  unusedReason: 'The film is not a frontal view.',
};
const withFilms = (...films: readonly ImageValue[]): TimelineBuilder =>
  films.reduce(
    (built, film) => built.image(TAKEN, film),
    patient()
      .hourly(10, CALM)
      .report(minus(NOON, hours(3)), REPORT),
  );
const ask = (assess: Assess, ...films: readonly ImageValue[]) => assess({ timeline: withFilms(...films).build(), asOf: NOON, tasks: physiologicalDecline });
const scored = ({ outcome }: Assessment) => {
  if (outcome.kind !== 'scored') throw new Error(outcome.kind);
  return outcome;
};
const regionsOf = (answer: Assessment) => scored(answer).evidence.flatMap((item) => (item.kind === 'image-region' ? [item] : []));

describe('a study with several films', () => {
  it('gives the mean of the logits that its films give alone, and shares that sum to it', async () => {
    const [a, b, both] = [await ask(together, clear), await ask(together, opaque), await ask(together, clear, opaque)];
    both.forEach((answer, at) => {
      const { score, evidence } = scored(answer);
      expect(score.logit).toBe(Math.fround((scored(a[at]!).score.logit + scored(b[at]!).score.logit) / 2));
      const shares = score.shapley.reduce((sum, { value }) => sum + value, score.baselineLogit);
      expect(Math.abs(shares - score.logit)).toBeLessThan(1e-6);
      expect(Math.abs(evidence.reduce((sum, { contribution }) => sum + contribution, score.baselineLogit) - score.logit)).toBeLessThan(1e-5);
      for (const [place, { value }] of score.shapley.entries())
        expect(value).toBeCloseTo((scored(a[at]!).score.shapley[place]!.value + scored(b[at]!).score.shapley[place]!.value) / 2, 5);
    });
  });

  it('says which films it read, and points each region into the film that it was seen on', async () => {
    const [, , answer] = await ask(together, clear, opaque, lateral);
    const { explanation } = scored(answer!);
    expect(explanation?.pieces?.map(({ text, unusedReason }) => [text, unusedReason ?? 'read'])).toEqual([
      ['PA film', 'read'],
      ['AP film', 'read'],
      ['LL film', 'The film is not a frontal view.'],
    ]);
    const uids = new Set(regionsOf(answer!).map(({ pointer }) => pointer.sopInstanceUid));
    expect([...uids].every((uid) => ['2.25.31', '2.25.32'].includes(uid))).toBe(true);
    for (const { text, pointer } of regionsOf(answer!)) expect(text).toContain(pointer.sopInstanceUid === '2.25.31' ? 'PA, film 1 of 2' : 'AP, film 2 of 2');
    // Each region is what its own film says alone, by half: the other film has no part in it.
    const [, , alone] = await ask(together, opaque);
    const mine = regionsOf(answer!).filter(({ pointer }) => pointer.sopInstanceUid === '2.25.32');
    for (const region of mine) {
      const same = regionsOf(alone!).find(({ pointer }) => pointer.box.join() === region.pointer.box.join());
      expect(region.contribution).toBeCloseTo((same?.contribution ?? Number.NaN) / 2, 5);
    }
    expect(mine.length).toBeGreaterThan(0);
  });

  it('is the same to the bit in whatever order its films arrive, and in a batch as alone', async () => {
    const films = [clear, opaque, effusion, lateral];
    const expected = await ask(together, ...films);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(films, { minLength: 4 }), async (order) => {
        expect(await ask(together, ...order)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
    const parts = { plugins: modalities, bundle: pooling, runner: model.runner };
    const question = { timeline: withFilms(...films).build(), at: NOON, task: physiologicalDecline[0]! };
    const one = prepareRow({ ...question, timeline: withFilms(clear).build() }, parts);
    const rows = await scoreRows([one, prepareRow(question, parts), one], physiologicalDecline, parts);
    expect(rows[1]!.map((row) => row.kind === 'scored' && row.logit)).toEqual(expected.map((answer) => scored(answer).score.logit));
    expect(rows[0]).toEqual(rows[2]);
  });

  it('with one film that may be read is the number of that film alone, to the byte, with a lateral beside it or without', async () => {
    const before = await ask(newestAlone, clear);
    expect(await ask(together, clear)).toEqual(before);
    const beside = await ask(together, clear, lateral);
    beside.forEach((answer, at) => {
      expect(scored(answer).score).toEqual(scored(before[at]!).score);
      expect(scored(answer).evidence).toEqual(scored(before[at]!).evidence);
      expect(scored(answer).explanation?.pieces?.map(({ unusedReason }) => unusedReason !== undefined)).toEqual([false, true]);
    });
  });

  it('does not read a film of another study with it, nor more films than the bundle says', async () => {
    const earlier = named(opaque, '2.25.39', { studyInstanceUid: '2.25.9' });
    const built = patient()
      .hourly(10, CALM)
      .report(minus(NOON, hours(3)), REPORT);
    const apart = built
      .image(minus(NOON, hours(9)), earlier)
      .image(TAKEN, clear)
      .build();
    const [alone] = await ask(together, clear);
    const [answer] = await together({ timeline: apart, asOf: NOON, tasks: physiologicalDecline });
    expect(scored(answer!).score).toEqual(scored(alone!).score);
    const five = [1, 2, 3, 4, 5].map((at) => named(clear, `2.25.5${at}`));
    const [crowded] = await ask(together, ...five);
    expect(scored(crowded!).explanation?.pieces?.map(({ unusedReason }) => unusedReason)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'The model reads fewer films of one study.',
    ]);
    expect(scored(crowded!).score.logit).toBe(scored(alone!).score.logit);
  });

  it('comes out the same again, and one that was stored by a bundle that reads the newest film alone is still that one', async () => {
    const timeline = withFilms(clear, opaque).build();
    for (const assess of [together, newestAlone]) {
      const [stored] = await assess({ timeline, asOf: NOON, tasks: physiologicalDecline });
      expect(await replay(stored!, { timeline, task: physiologicalDecline[0]!, assess })).toMatchObject({ kind: 'reproduced', bitEqual: true });
    }
  });

  it('has its regions verified on every film, each where it lies, and they still sum', async () => {
    const timeline = withFilms(clear, opaque).build();
    const stored = await together({ timeline, asOf: NOON, tasks: physiologicalDecline });
    const verify = createVerifyRegions({ plugins: modalities, bundle: pooling, runner: model.runner, hash: sha256 });
    const checks = await verify({ timeline, stored });
    stored.forEach((before, at) => {
      const check = checks[at];
      if (check === undefined) throw new Error('the picture was not examined');
      const after = scored(verified(before, check));
      expect(after.score).toEqual(scored(before).score);
      expect(Math.abs(after.evidence.reduce((sum, { contribution }) => sum + contribution, after.score.baselineLogit) - after.score.logit)).toBeLessThan(1e-5);
      for (const { text, pointer } of regionsOf(verified(before, check)))
        expect(text).toContain(pointer.sopInstanceUid === '2.25.31' ? 'PA, film 1 of 2' : 'AP, film 2 of 2');
    });
    expect(
      new Set(checks.flatMap((check) => check?.evidence.flatMap((item) => (item.kind === 'image-region' ? [item.pointer.sopInstanceUid] : [])))).size,
    ).toBe(2);
  });

  it('names findings from its films together, and points to the one that shows them most', async () => {
    const agree = createAgree({ plugins: modalities, bundle: pooling, runner: model.runner });
    const shown = async (...films: readonly ImageValue[]) =>
      (await agree({ timeline: withFilms(...films).build(), asOf: NOON })).findings.flatMap(({ statements }) =>
        statements.filter(({ modality }) => modality === FILMS),
      );
    const [one, other, both] = [await shown(clear), await shown(opaque), await shown(clear, opaque)];
    expect(both.length).toBeGreaterThan(0);
    for (const said of both) {
      const of = (statements: typeof both) => statements.find(({ finding }) => finding === said.finding)?.probability ?? Number.NaN;
      expect(said.probability).toBeGreaterThanOrEqual(Math.min(of(one), of(other)) - 1e-9);
      expect(said.probability).toBeLessThanOrEqual(Math.max(of(one), of(other)) + 1e-9);
      expect(said.text).toContain('2 films');
    }
  });
});
