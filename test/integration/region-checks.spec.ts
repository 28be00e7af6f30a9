import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalityKind, PatientId, RegionCheck } from '@concord/core/clinical';
import type { StoredAssessment } from '@concord/core/ports';
import { assessmentToWire } from '@concord/contracts';
import { modalities } from '@concord/modalities/registry';
import { createVerifyRegions } from '@concord/pipeline/assess';
import { tasks } from '@concord/tasks/registry';
import { assessPatient } from '../../apps/worker/src/assess-patient.ts';
import { verifyPatient } from '../../apps/worker/src/verify-patient.ts';
import { drawnFilm, openModel, sha256, type TestModel } from '../model.ts';
import { asks, person, WORKER } from '../people.ts';
import { image } from '../records.ts';
import { admit, ago, allowed, pulse, testStores, writes, type TestStores } from '../stores.ts';

const CALM: Readonly<Record<string, readonly [number, string]>> = {
  '8867-4': [84, '/min'],
  '9279-1': [17, '/min'],
  '2708-6': [96, '%'],
  '8480-6': [124, 'mm[Hg]'],
  '8310-5': [36.9, 'Cel'],
};
const TASK = tasks.find(({ id }) => id === 'physiological-decline-24h')!;

let stores: TestStores;
let model: TestModel;
let patientId: PatientId;
beforeAll(async () => {
  [stores, model] = await Promise.all([testStores(), openModel()]);
  patientId = (await admit(stores.api, { mrn: 'RC-1' })).patientId;
  const { header, derived, prepared } = drawnFilm([{ kind: 'opacity', side: 'left', zone: 'mid', size: 0.12, density: 0.9 }], 3);
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(patientId);
    for (let hour = 8; hour >= 0; hour -= 1)
      await scope.observations.putAll(Object.entries(CALM).map(([code, [number, unit]]) => pulse(patientId, number, ago(hour * 60 + 10), { code, unit })));
    await scope.imaging.put(
      image(patientId, '77', {
        header: { ...header, studyInstanceUid: '1.2.77', seriesInstanceUid: '1.2.77.1', sopInstanceUid: '1.2.77.1.1' },
        derived,
        ...(prepared && { prepared }),
      }),
    );
  });
});
afterAll(async () => {
  await Promise.all([stores.close(), model.runner.close()]);
});

const score = () => assessPatient(patientId, 'job-1', { withAccess: stores.worker.withAccess, assess: model.assess, tasks });
const verify = () =>
  verifyPatient(patientId, 'job-2', {
    withAccess: stores.worker.withAccess,
    verify: createVerifyRegions({ plugins: modalities, bundle: model.bundle, runner: model.runner, hash: sha256 }),
    tasks,
  });

async function newest(role: 'physician' | 'nurse' | 'patient' = 'physician'): Promise<StoredAssessment | undefined> {
  const found = await stores.api.withAccess(asks(person(role), { action: 'read', resource: 'RiskAssessment', patientId }), (scope) =>
    scope.assessments.list({ patientId, task: TASK.id, limit: 1 }),
  );
  return found.ok ? found.value[0] : undefined;
}
const regionsOf = (stored: StoredAssessment | undefined) => assessmentToWire(stored!).evidence.filter(({ kind }) => kind === 'image-region');

describe('a score with a film', () => {
  let before: StoredAssessment;

  it('shows its regions as a preview at once, and asks for their check behind everything else', async () => {
    expect(await score()).toMatchObject({ kind: 'stored', outcome: 'scored' });
    before = (await newest())!;
    expect(assessmentToWire(before).evidenceVersion).toBe(1);
    expect(regionsOf(before).length).toBeGreaterThan(0);
    const owner = new pg.Client({ connectionString: stores.database.url('concord_owner') });
    await owner.connect();
    const { rows } = await owner.query<{ key: string; priority: number; queue: string }>(
      `SELECT j.key, j.priority, q.queue_name AS queue FROM jobs._private_jobs j LEFT JOIN jobs._private_job_queues q ON q.id = j.job_queue_id WHERE j.key LIKE 'verify:%'`,
    );
    await owner.end();
    expect(rows).toEqual([{ key: `verify:${patientId}`, priority: 10, queue: 'verify' }]);
  });

  it('gets regions that were covered one by one; the number, its shares and every other reason stay as they were', async () => {
    expect(await verify()).toEqual({ kind: 'verified', count: 3 });
    const after = (await newest())!;
    const [first, second] = [assessmentToWire(before), assessmentToWire(after)];
    expect(second.evidenceVersion).toBe(2);
    expect([second.id, second.probability, second.logit, second.interval, second.shapley]).toEqual([
      first.id,
      first.probability,
      first.logit,
      first.interval,
      first.shapley,
    ]);
    const others = (wire: typeof first) => wire.evidence.filter(({ modality }) => modality !== 'chest-imaging');
    expect(others(second)).toEqual(others(first));
    const sum = second.evidence.reduce((total, { contribution }) => total + contribution, second.baselineLogit!);
    expect(Math.abs(sum - second.logit!)).toBeLessThan(1e-5);
    for (const region of regionsOf(after)) expect(region.faithfulness?.regions).toBeGreaterThanOrEqual(20);
  });

  it('is checked once: a job that runs again, as after a crash, changes nothing', async () => {
    const once = await newest();
    expect(await verify()).toEqual({ kind: 'verified', count: 0 });
    expect(await newest()).toEqual(once);
  });

  it('keeps the first check even when a second one is offered', async () => {
    const other: RegionCheck = { modality: 'chest-imaging' as ModalityKind, evidence: [], faithfulness: [], rationale: null };
    const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId });
    expect(allowed(await stores.worker.withAccess(job, (scope) => scope.assessments.keepCheck(before.id, other)))).toBe(false);
    expect(regionsOf(await newest()).length).toBeGreaterThan(0);
  });

  it('is told of with its check to who cares for the patient, and to nobody else', async () => {
    expect(assessmentToWire((await newest('nurse'))!).evidenceVersion).toBe(2);
    expect(await newest('patient')).toBeUndefined();
    const stranger = await stores.api.withAccess(asks(person('steward'), { action: 'read', resource: 'RiskAssessment', patientId }), (scope) =>
      scope.assessments.read(before.id),
    );
    expect(stranger.ok ? stranger.value : undefined).toBeUndefined();
  });
});
