import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verified, type Assessment, type BundleId } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { modalities } from '@concord/modalities/registry';
import { createVerifyRegions, type VerifyRegions } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, REPORT, sha256, type TestModel } from '../model.ts';

const built = patient()
  .hourly(10, CALM)
  .report(minus(NOON, hours(2)), REPORT)
  .image(minus(NOON, hours(2)), drawnFilm([{ kind: 'opacity', side: 'left', zone: 'mid', size: 0.12, density: 0.9 }], 3))
  .build();

let model: TestModel;
let verify: VerifyRegions;
let stored: readonly Assessment[];
beforeAll(async () => {
  model = await openModel();
  verify = createVerifyRegions({ plugins: modalities, bundle: model.bundle, runner: model.runner, hash: sha256 });
  stored = await model.assess({ timeline: built, asOf: NOON, tasks: physiologicalDecline });
});
afterAll(() => model.runner.close());

const scored = ({ outcome }: Assessment) => {
  if (outcome.kind !== 'scored') throw new Error(outcome.kind);
  return outcome;
};

describe('regions verified by covering them', () => {
  it('take the place of the preview and change no number: probability, logit, shares and every other reason stay', async () => {
    const checks = await verify({ timeline: built, stored });
    expect(checks).toHaveLength(3);
    stored.forEach((before, at) => {
      const after = scored(verified(before, checks[at]!));
      expect(after.score).toEqual(scored(before).score);
      const others = (evidence: typeof after.evidence) => evidence.filter(({ modality }) => modality !== 'chest-imaging');
      expect(others(after.evidence)).toEqual(others(scored(before).evidence));
      const sum = after.evidence.reduce((total, { contribution }) => total + contribution, after.score.baselineLogit);
      expect(Math.abs(sum - after.score.logit)).toBeLessThan(1e-5);
    });
  });

  it('say for each region what covering it did, beside what it did elsewhere, and stand at one place for all horizons', async () => {
    const checks = await verify({ timeline: built, stored });
    const boxesOf = (at: number) => checks[at]!.evidence.flatMap((item) => (item.kind === 'image-region' ? [item.pointer.box.join()] : [])).sort();
    expect(boxesOf(0)).toEqual(boxesOf(2));
    for (const check of checks) {
      expect(check!.faithfulness.map(({ evidenceId }) => evidenceId).sort()).toEqual(
        check!.evidence
          .filter(({ kind }) => kind === 'image-region')
          .map(({ id }) => id)
          .sort(),
      );
      for (const { regions, elsewhere } of check!.faithfulness) {
        expect(regions).toBeGreaterThanOrEqual(20);
        expect(elsewhere).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('are quoted by the sentences in place of the preview', async () => {
    const [, , check] = await verify({ timeline: built, stored });
    const text = scored(verified(stored[2]!, check!)).explanation?.rationale ?? '';
    const named = check!.evidence.filter(({ kind }) => kind === 'image-region').map((item) => item.text);
    for (const quoted of text.match(/[A-Z][a-z]+ [a-z ]+zones? of the chest film \(PA\)/g) ?? []) expect(named).toContain(quoted);
  });

  it('come out the same when the job runs again', async () => {
    expect(await verify({ timeline: built, stored: [stored[2]!] })).toEqual(await verify({ timeline: built, stored: [stored[2]!] }));
  });

  it('are not said of another model, nor of inputs that are no longer what the score saw', async () => {
    const other = { ...stored[2]!, bundle: 'decline-1' as BundleId };
    const changed = patient()
      .hourly(10, { ...CALM, pulse: 120 })
      .image(minus(NOON, hours(2)), drawnFilm())
      .build();
    expect(await verify({ timeline: built, stored: [other] })).toEqual([undefined]);
    expect(await verify({ timeline: changed, stored: [stored[2]!] })).toEqual([undefined]);
  });

  it('are not said of a score without a picture', async () => {
    const signs = patient().hourly(10, CALM).build();
    const [alone] = await model.assess({ timeline: signs, asOf: NOON, tasks: physiologicalDecline.slice(0, 1) });
    expect(await verify({ timeline: signs, stored: [alone!] })).toEqual([undefined]);
  });
});
