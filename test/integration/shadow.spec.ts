import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceLevel, PatientId, WardId } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import type { Database } from '@concord/adapters/postgres';
import { assessment, TASK } from '../records.ts';
import { asks, person, WORKER } from '../people.ts';
import { admit, allowed, testStores, VITALS, type TestStores } from '../stores.ts';

let stores: TestStores;
/** The same data as a hospital's own process sees it. */
let production: Database;
let onWardA: PatientId;
let onWardB: PatientId;

beforeAll(async () => {
  stores = await testStores();
  production = stores.open('app_rw', undefined, false);
  onWardA = (await admit(stores.api, { mrn: 'S-1' })).patientId;
  onWardB = (await admit(stores.api, { mrn: 'S-2', ward: 'ward-b' })).patientId;
  for (const patientId of [onWardA, onWardB]) await store(patientId, 'transferred');
});
afterAll(() => stores.close());

async function store(patientId: PatientId, evidenceLevel: EvidenceLevel): Promise<void> {
  const made = assessment(patientId, 99);
  const scored = made.outcome.kind === 'scored' ? { ...made, outcome: { ...made.outcome, score: { ...made.outcome.score, evidenceLevel } } } : made;
  allowed(
    await stores.worker.withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId }), (scope) => scope.assessments.save(scored)),
  );
}

async function seen(database: Database, patientId: PatientId): Promise<number> {
  const work = async (scope: AccessScope): Promise<number> => (await scope.assessments.list({ patientId, limit: 10 })).length;
  return allowed(await database.withAccess(asks(person('physician'), { action: 'read', resource: 'RiskAssessment', patientId }), work));
}

const steward = (work: (scope: AccessScope) => Promise<unknown>) =>
  production.withAccess(asks(person('steward'), { action: 'update', resource: 'ModelBundle', subject: { kind: 'none' } }), work);

const checked = {
  bundle: assessment('x' as PatientId, 1).bundle,
  task: TASK,
  pattern: [VITALS],
  wardId: 'ward-a' as WardId,
  patients: 300,
  events: 30,
  note: 'Three months in the shadow, outcomes from the charts.',
};

describe('a score that was never tested in a setting like this one', () => {
  it('is shown in the demo, and to nobody in a hospital: an untested number must not order a ward', async () => {
    expect(await seen(stores.api, onWardA)).toBe(1);
    expect(await seen(production, onWardA)).toBe(0);
  });

  it('leaves the shadow on the ward where it was checked, and on no other', async () => {
    allowed(await steward((scope) => scope.models.recordValidation(checked)));
    expect(await seen(production, onWardA)).toBe(1);
    expect(await seen(production, onWardB)).toBe(0);
  });

  it('stays in it when another bundle, question or set of inputs was checked', async () => {
    for (const change of [{ bundle: 'other' }, { task: 'other' }, { pattern: ['vitals', 'chest-imaging'] }])
      allowed(await steward((scope) => scope.models.recordValidation({ ...checked, wardId: 'ward-b', ...change } as typeof checked)));
    expect(await seen(production, onWardB)).toBe(0);
  });

  it('goes back into it once the check is withdrawn, from the next request', async () => {
    const withdraw = async (scope: AccessScope): Promise<boolean> => {
      const found = (await scope.models.validations()).find(({ wardId, withdrawnAt }) => wardId === 'ward-a' && withdrawnAt === undefined);
      return scope.models.withdrawValidation(found?.id ?? '');
    };
    expect(allowed(await steward(withdraw))).toBe(true);
    expect(await seen(production, onWardA)).toBe(0);
  });

  it('is freed by a steward alone: the database refuses a physician even where the application let them pass', async () => {
    const open = stores.open('app_rw', {
      decide: () => ({ allow: true, ruleId: 'test', relationship: 'none', obligations: [] }),
      reachableBy: () => [],
      refusal: () => ({ kind: 'not-found' }),
    });
    const attempt = open.withAccess(asks(person('physician'), { action: 'update', resource: 'ModelBundle', subject: { kind: 'none' } }), (scope) =>
      scope.models.recordValidation(checked),
    );
    await expect(attempt).rejects.toThrow('row-level security');
  });
});

describe('a score that was tested on real patients of such a setting', () => {
  it('needs no check to be shown', async () => {
    await store(onWardB, 'real-internal');
    expect(await seen(production, onWardB)).toBe(1);
  });
});
