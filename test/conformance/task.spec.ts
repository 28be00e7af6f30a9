import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment, ModalityKind, RiskTask } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { calibrationFor } from '@concord/stages/calibration';
import { coalitionsOf } from '@concord/stages/explanation';
import { modalities } from '@concord/modalities/registry';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { tasks } from '@concord/tasks/registry';
import { BLOODS, CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

const adding: Readonly<Record<string, (built: TimelineBuilder) => TimelineBuilder>> = {
  vitals: (built) => built.hourly(10, CALM),
  labs: (built) => built.labs(minus(NOON, hours(5)), BLOODS),
  'radiology-report': (built) => built.report(minus(NOON, hours(1)), REPORT),
  'chest-imaging': (built) => built.image(minus(NOON, hours(2)), drawnFilm()),
};
/** A patient at a moment when every question may be asked: hour 48 of intensive care for the one that asks only then. */
const withOnly = (kinds: readonly ModalityKind[], { id }: RiskTask): TimelineBuilder =>
  kinds.reduce(
    (built, kind) => adding[kind]?.(built) ?? built,
    id === hospitalMortality.id ? patient().admitted(minus(NOON, hours(48)), 'icu') : patient().admitted(minus(NOON, hours(12)), 'ward'),
  );
/** Patterns that have a calibration of their own; another set of modalities answers with the largest of them inside it. */
const calibratedWith = (task: RiskTask, available: readonly ModalityKind[]) =>
  calibrationFor(model.bundle.calibrations, { head: task.head, available, required: task.required })!;
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
      const { outcome, modalities: states } = await ask(withOnly(used, task), task);
      if (outcome.kind !== 'scored') throw new Error(outcome.abstention.text);
      const { score, evidence } = outcome;
      const { pattern, scorer } = calibratedWith(task, used);
      expect([...states.used].sort()).toEqual([...pattern].sort());
      expect([...states.unused].sort()).toEqual(used.filter((kind) => !pattern.includes(kind)).sort());
      expect(score.probability).toBeGreaterThanOrEqual(score.interval[0]);
      expect(score.probability).toBeLessThanOrEqual(score.interval[1]);
      expect(score.calibrationId).not.toBe('');
      // Nothing but signs and labs was learned from real patients with these outcomes, and no ward was among them.
      const real = task.id === hospitalMortality.id ? 'real-internal' : 'transferred';
      expect(score.evidenceLevel).toBe(scorer === undefined ? 'assembled' : real);
      expect(evidence.reduce((sum, { contribution }) => sum + contribution, score.baselineLogit)).toBeCloseTo(score.logit, 5);
      expect(score.shapley.reduce((sum, { value }) => sum + value, score.baselineLogit)).toBeCloseTo(score.logit, 5);
      for (const kind of pattern) {
        const own = evidence.filter(({ modality }) => modality === kind).reduce((sum, { contribution }) => sum + contribution, 0);
        expect(own).toBeCloseTo(score.shapley.find(({ modality }) => modality === kind)!.value, 6);
      }
    },
  );

  it.each(task.required)('abstains when %s is missing, is withheld, or is too old', async (kind) => {
    const others = modalities.map((plugin) => plugin.kind).filter((other) => other !== kind);
    expect((await ask(withOnly(others, task), task)).outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'too-little-data' } });
    const withheld = await ask(withOnly([kind], task).withheld(kind), task);
    expect(withheld.outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'withheld' } });
    expect(withheld.modalities.withheld).toEqual([kind]);
    const [later] = await model.assess({ timeline: withOnly([kind], task).build(), asOf: (NOON + hours(9)) as typeof NOON, tasks: [task] });
    expect(later?.outcome).toMatchObject({ kind: 'abstained', abstention: { reason: 'stale-inputs' } });
  });

  it('abstains for a child', async () => {
    expect((await ask(withOnly(task.required, task).born('2015-06-01'), task)).outcome).toMatchObject({
      kind: 'abstained',
      abstention: { reason: 'outside-population' },
    });
  });

  it('never names withheld reports or films in its reasons', async () => {
    const { outcome, modalities: states } = await ask(withOnly([...task.required, ...task.optional], task).withheld(...task.optional), task);
    expect(outcome.kind === 'scored' && outcome.evidence.every(({ modality }) => task.required.includes(modality))).toBe(true);
    expect([...states.withheld].sort()).toEqual([...task.optional].sort());
  });

  it('gives the same assessment for the same question, to the byte', async () => {
    const built = withOnly([...task.required, ...task.optional], task);
    expect(JSON.stringify(await ask(built, task))).toBe(JSON.stringify(await ask(built, task)));
  });
});
