import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleBytes } from '@concord/adapters/onnx';
import { hours, minus, minutes } from '@concord/core/kernel';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { tasks } from '@concord/tasks/registry';
import { BLOODS, CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { FOLDERS, openModel, type TestModel } from '../model.ts';

const models: TestModel[] = [];
beforeAll(async () => {
  models.push(await openModel());
  models.push(await openModel(`${models[0]!.bundle.id}-quiet`));
});
afterAll(() => Promise.all(models.map(({ runner }) => runner.close())));

/** Somebody whose signs never change, measured every so often, the last time so many minutes ago; bloods twice, or four times, the same. */
function steady(everyMinutes: number, lastMinutesAgo: number, draws: number): TimelineBuilder {
  let built = patient().admitted(minus(NOON, hours(30)), 'icu');
  for (let ago = 24 * 60; ago >= lastMinutesAgo; ago -= everyMinutes) built = built.signs(minus(NOON, minutes(ago)), CALM);
  for (let draw = 0; draw < draws; draw += 1) built = built.labs(minus(NOON, hours(20 - (draw * 16) / (draws - 1))), BLOODS);
  return built;
}

async function logits({ assess }: TestModel, built: TimelineBuilder): Promise<readonly number[]> {
  const answers = await assess({ timeline: built.build(), asOf: NOON, tasks: tasks.filter(({ id }) => id !== hospitalMortality.id) });
  return answers.map(({ outcome }) => {
    if (outcome.kind !== 'scored') throw new Error(`no score: ${outcome.abstention.reason}`);
    return outcome.score.logit;
  });
}

describe('the bundle without sampling features', () => {
  it('is told how often and how long ago somebody measured by no column', () => {
    const told = (model: TestModel) =>
      (model.bundle.scorers ?? []).flatMap(({ columns }) => columns.filter((name) => /\/(age|count24)$/.test(name) && name !== 'context/age'));
    expect(told(models[0]!).length).toBeGreaterThan(20);
    expect(told(models[1]!)).toEqual([]);
    expect(models[1]!.bundle.scorers).toHaveLength(3);
  });

  it('says the same of a patient who is watched closely as of one who is seldom measured, where the numbers are the same', async () => {
    const [close, seldom] = [steady(30, 0, 4), steady(120, 0, 2)];
    expect(await logits(models[1]!, close)).toEqual(await logits(models[1]!, seldom));
    expect(await logits(models[0]!, close)).not.toEqual(await logits(models[0]!, seldom));
  });

  it('weighs at most 8 MB and shares every block but the scorers', async () => {
    expect(await bundleBytes(FOLDERS, models[1]!.bundle)).toBeLessThan(8_000_000);
    const rest = ({ bundle: { encoders, fusion, findings } }: TestModel) => ({ encoders, fusion, findings });
    expect(rest(models[1]!)).toEqual(rest(models[0]!));
  });
});
