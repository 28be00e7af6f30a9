import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientTimeline } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { BLOODS, CALM, NOON, patient } from '@concord/testing';
import { openModel, type TestModel } from '../model.ts';

const models: TestModel[] = [];
beforeAll(async () => {
  models.push(await openModel());
  models.push(await openModel(`${models[0]!.bundle.id}-quiet`), await openModel('concord-5'));
});
afterAll(() => Promise.all(models.map(({ runner }) => runner.close())));

/** Two days of intensive care with signs every so many hours, calm but for the pulse of two hours. */
function stay(pulse: ReadonlyMap<number, number>, every = 1): PatientTimeline {
  let built = patient().admitted(minus(NOON, hours(48)), 'icu');
  for (let ago = 47; ago >= 0; ago -= every) built = built.signs(minus(NOON, hours(ago)), { ...CALM, pulse: pulse.get(ago) ?? CALM.pulse! });
  return built
    .labs(minus(NOON, hours(30)), BLOODS)
    .labs(minus(NOON, hours(4)), BLOODS)
    .build();
}

// Neither newest nor oldest, and inside no shorter window: every summary of two days is the same.
const SLOWING = stay(
  new Map([
    [40, 118],
    [30, 84],
  ]),
);
const RISING = stay(
  new Map([
    [40, 84],
    [30, 118],
  ]),
);

async function answer({ assess }: TestModel, timeline: PatientTimeline) {
  const [assessment] = await assess({ timeline, asOf: NOON, tasks: [hospitalMortality] });
  if (assessment?.outcome.kind !== 'scored') throw new Error('no score');
  const { score, evidence } = assessment.outcome;
  const pulse = evidence.find(({ pointer }) => pointer !== null && 'code' in pointer && pointer.code === '8867-4')?.contribution;
  return { logit: score.logit, pulse, inputs: assessment.pins.inputsSha256 };
}

describe('death in hospital reads the course of every signal', () => {
  it('so a pulse that slowed and one that rose are two patients, whatever their summaries, and the reason that names the pulse says so', async () => {
    const [one, other] = [await answer(models[0]!, SLOWING), await answer(models[0]!, RISING)];
    expect(one.logit).not.toBe(other.logit);
    expect(one.pulse).not.toBe(other.pulse);
    expect(one.inputs).not.toBe(other.inputs);
  });

  it('and where sampling is left out, a course does not tell it: steady signs taken every hour or every half hour are one patient', async () => {
    const [hourly, closely] = [stay(new Map()), stay(new Map(), 0.5)];
    expect((await answer(models[1]!, hourly)).logit).toBe((await answer(models[1]!, closely)).logit);
    expect(models[1]!.bundle.scorers?.find(({ id }) => id === 'icu-mortality')?.columns).toContain('8867-4/hour-30');
  });
});

describe('a bundle that reads no course', () => {
  it('is asked as it always was: what it answered before there were courses is repeated to the bit', async () => {
    const { inputs, logit } = await answer(models[2]!, SLOWING);
    expect(inputs.slice(0, 12)).toBe('914538a74267');
    expect(logit).toBe(-2.079005241394043);
    expect((await answer(models[2]!, RISING)).logit).toBe(logit);
  });
});
