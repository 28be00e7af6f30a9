import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, ModalityKind, RiskTask } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { coalitionsOf } from '@concord/stages/explanation';
import { modalities } from '@concord/modalities/registry';
import { tasks } from '@concord/tasks/registry';
import { CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const adding: Readonly<Record<string, (built: TimelineBuilder) => TimelineBuilder>> = {
  vitals: (built) => built.hourly(10, CALM),
  'radiology-report': (built) => built.report(minus(NOON, hours(1)), REPORT),
  'chest-imaging': (built) => built.image(minus(NOON, hours(2)), drawnFilm()),
};
const withOnly = (kinds: readonly ModalityKind[]): TimelineBuilder =>
  kinds.reduce((built, kind) => adding[kind]?.(built) ?? built, patient().admitted(minus(NOON, hours(12)), 'ward'));
const ask = async (built: TimelineBuilder, task: RiskTask): Promise<Assessment> =>
  (await model.assess({ timeline: built.build(), asOf: NOON, tasks: [task] }))[0]!;

describe.each(tasks.map((task) => [task.id, task] as const))('%s', (_, task) => {
  it('says what it asks, from which source, and for whom it is meant', () => {
    expect(task.outcome.definition.length).toBeGreaterThan(20);
    expect(task.outcome.citation).not.toBe('');
    expect(task.thresholds.high).toBeGreaterThan(task.thresholds.raised);
    expect(model.bundle.intendedUse).toMatch(/not a medical device/);
  });

  it.each(coalitionsOf(task.optional).map((optional) => [optional.join(' + ') || 'nothing else', optional] as const))(
    'scores the required modalities with %s',
    async (__, optional) => {
      const used = [...task.required, ...optional];
      const { outcome, modalities: states } = await ask(withOnly(used), task);
      if (outcome.kind !== 'scored') throw new Error(outcome.abstention.text);
      const { score, evidence } = outcome;
      expect([...states.used].sort()).toEqual([...used].sort());
      expect(score.probability).toBeGreaterThanOrEqual(score.interval[0]);
      expect(score.probability).toBeLessThanOrEqual(score.interval[1]);
      expect(score.calibrationId).not.toBe('');
      // Nothing but signs alone was learned from real patients with this outcome, and no ward was among them.
      expect(score.evidenceLevel).toBe(optional.length === 0 ? 'transferred' : 'assembled');
      expect(evidence.reduce((sum, { contribution }) => sum + contribution, score.baselineLogit)).toBeCloseTo(score.logit, 5);
      expect(score.shapley.reduce((sum, { value }) => sum + value, score.baselineLogit)).toBeCloseTo(score.logit, 5);
      for (const kind of used) {
        const own = evidence.filter(({ modality }) => modality === kind).reduce((sum, { contribution }) => sum + contribution, 0);
        expect(own).toBeCloseTo(score.shapley.find(({ modality }) => modality === kind)!.value, 6);
      }
    },
  );

  it.each(task.required)('abstains when %s is missing, is withheld, or is too old', async (kind) => {
    const others = modalities.map((plugin) => plugin.kind).filter((other) => other !== kind);
    expect((await ask(withOnly(others), task)).outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'too-little-data' } });
    const withheld = await ask(withOnly([kind]).withheld(kind), task);
    expect(withheld.outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'withheld' } });
    expect(withheld.modalities.withheld).toEqual([kind]);
    const [later] = await model.assess({ timeline: withOnly([kind]).build(), asOf: (NOON + hours(9)) as typeof NOON, tasks: [task] });
    expect(later?.outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'stale-inputs' } });
  });

  it('abstains for a child', async () => {
    expect((await ask(withOnly(task.required).born('2015-06-01'), task)).outcome).toMatchObject({
      kind: 'abstained',
      abstention: { reason: 'outside-population' },
    });
  });

  it('never names withheld reports or films in its reasons', async () => {
    const { outcome, modalities: states } = await ask(withOnly([...task.required, ...task.optional]).withheld(...task.optional), task);
    expect(outcome.kind === 'scored' && outcome.evidence.every(({ modality }) => task.required.includes(modality))).toBe(true);
    expect([...states.withheld].sort()).toEqual([...task.optional].sort());
  });

  it('gives the same assessment for the same question, to the byte', async () => {
    const built = withOnly([...task.required, ...task.optional]);
    expect(JSON.stringify(await ask(built, task))).toBe(JSON.stringify(await ask(built, task)));
  });
});
