import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import type { AccessRequest, AuditQuery } from '@concord/core/ports';
import { sha256 } from '@concord/adapters/crypto';
import { asks, person, WORKER } from '../people.ts';
import { assessment } from '../records.ts';
import { admit, ago, allowed, pulse, testStores, writes, type TestStores } from '../stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await testStores();
});
afterAll(() => stores.close());

const events = async (query: AuditQuery) =>
  allowed(
    await stores.api.withAccess(asks(person('privacy'), { action: 'search', resource: 'AuditEvent' }), (scope) => scope.audit.search(query, { count: 100 })),
  ).items;
const of = (patientId: PatientId, user: string) => events({ patientId, user });
const readPatient = (patientId: PatientId, more: Partial<AccessRequest> = {}, role: 'physician' | 'nurse' = 'physician') =>
  stores.api.withAccess(asks(person(role), { action: 'read', resource: 'Patient', patientId, ...more }), (scope) => scope.patients.read(patientId));

describe('the record of accesses', () => {
  it('names who read whom, why it was allowed, and the request', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-1' });
    await readPatient(patientId, { requestId: 'req-1' });
    expect(await of(patientId, 'physician')).toMatchObject([
      { action: 'R', subtype: 'read', outcome: 0, patientId, requestId: 'req-1', purpose: 'TREAT', legalBasis: 'ward-staff', unitPart: 'open' },
    ]);
    const written = await of(patientId, 'integrator');
    expect(written.map(({ action }) => action)).toEqual(['C']);
  });

  it('holds one event for each patient of a search, one without a patient for none, none for who was not returned', async () => {
    const found = [await admit(stores.api, { mrn: 'A-2' }), await admit(stores.api, { mrn: 'A-3' })].map(({ patientId }) => patientId);
    const { patientId: other } = await admit(stores.api, { mrn: 'A-4' });
    await stores.api.withAccess(asks(person('nurse'), { action: 'search', resource: 'Patient', requestId: 'req-2' }), (scope) =>
      scope.patients.search({ ids: found }, { count: 9 }),
    );
    for (const id of found) expect(await of(id, 'nurse')).toMatchObject([{ action: 'E', requestId: 'req-2' }]);
    expect(await of(other, 'nurse')).toEqual([]);
    await stores.api.withAccess(asks(person('nurse'), { action: 'search', resource: 'Patient', requestId: 'req-3' }), (scope) =>
      scope.patients.search({ family: 'nobody' }, { count: 9 }),
    );
    const empty = (await events({ user: 'nurse' })).filter(({ requestId }) => requestId === 'req-3');
    expect(empty).toHaveLength(1);
    expect(empty[0]?.patientId).toBeUndefined();
  });

  it('keeps a refusal with the patient whom the asker is not told of', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-5', ward: 'ward-b' });
    expect(await readPatient(patientId, {}, 'nurse')).toEqual({ ok: false, error: { kind: 'not-found' } });
    expect(await of(patientId, 'nurse')).toMatchObject([{ outcome: 4, outcomeText: 'no-relationship' }]);
    const absent = '11111111-1111-4111-8111-111111111111' as PatientId;
    expect(await readPatient(absent, {}, 'nurse')).toEqual({ ok: false, error: { kind: 'not-found' } });
  });

  it('is written in the transaction of the answer: without it there is no answer and no change', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-6' });
    const owner = new pg.Client({ connectionString: stores.database.url('concord_owner') });
    await owner.connect();
    await owner.query('ALTER TABLE audit_events ADD CONSTRAINT full_disk CHECK (false) NOT VALID');
    try {
      await expect(readPatient(patientId)).rejects.toThrow(/full_disk/);
      await expect(
        writes(stores.api, async (scope) => {
          await scope.patients.matchId(patientId);
          return scope.observations.putAll([pulse(patientId, 70, ago(1))]);
        }),
      ).rejects.toThrow(/full_disk/);
    } finally {
      await owner.query('ALTER TABLE audit_events DROP CONSTRAINT full_disk');
      await owner.end();
    }
    const now = allowed(
      await stores.api.withAccess(asks(person('physician'), { action: 'search', resource: 'Observation', patientId }), (scope) =>
        scope.observations.search({ patientId }, { count: 9 }),
      ),
    );
    expect(now.total).toBe(0);
  });

  it('keeps what was undone, with the kind of the error and not its words', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-7' });
    const broken = stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Patient', patientId }), () =>
      Promise.reject(new RangeError('Testerin is ill')),
    );
    await expect(broken).rejects.toThrow(RangeError);
    const [event] = await of(patientId, 'physician');
    expect(event).toMatchObject({ outcome: 8, outcomeText: 'RangeError' });
    expect(JSON.stringify(event)).not.toContain('Testerin');
  });

  it('shows the officer’s own look at a patient', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-8' });
    await of(patientId, 'physician');
    expect((await of(patientId, 'privacy')).length).toBeGreaterThan(0);
  });

  it('is closed to everybody but the officer', async () => {
    for (const role of ['physician', 'nurse', 'steward', 'patient', 'integrator'] as const) {
      const asked = await stores.api.withAccess(asks(person(role), { action: 'search', resource: 'AuditEvent' }), (scope) =>
        scope.audit.search({}, { count: 9 }),
      );
      expect(asked.ok, role).toBe(false);
    }
  });

  it('names each patient once for three looks at one study within five minutes, also at once, and closes with what left', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-9' });
    const look = () =>
      stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'ImagingStudy', unit: 'dicom-study', unitKey: '1.2.3' }), async (scope) => {
        await scope.patients.read(patientId);
        scope.audit.note({ tally: { instances: ['1.2.3.4'], bytes: 10 } });
      });
    await Promise.all([look(), look(), look()]);
    await look();
    expect(await of(patientId, 'physician')).toHaveLength(1);
    await age('audit_units', 'opened_at', '6 minutes');
    expect(await stores.worker.closeAuditUnits()).toBe(1);
    expect(await stores.worker.closeAuditUnits()).toBe(0);
    const all = await of(patientId, 'physician');
    expect(all.map(({ unitPart }) => unitPart)).toEqual(['close', 'open']);
    expect(all[0]?.detail).toMatchObject({ instances: 1, bytes: 40 });
  });

  it('names a worklist’s patient at first sight, at a change of tier and after a quarter of an hour, not at every poll', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-10' });
    const poll = (tier: string) =>
      stores.api.withAccess(asks(person('physician'), { action: 'search', resource: 'Worklist', unit: 'worklist' }), async (scope) => {
        await scope.patients.search({ ids: [patientId] }, { count: 1 });
        scope.audit.note({ tiers: [{ patientId, tier }] });
      });
    for (let i = 0; i < 3; i += 1) await poll('usual');
    await poll('high');
    expect((await of(patientId, 'physician')).map(({ unitPart }) => unitPart)).toEqual(['renew', 'open']);
    await age('audit_unit_marks', 'marked_at', '16 minutes');
    await poll('high');
    expect(await of(patientId, 'physician')).toHaveLength(3);
  });

  it('holds one event for a job and its patient', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-11' });
    const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' });
    await stores.worker.withAccess(job, (scope) => scope.timelines.load(patientId, scope.now));
    expect(await of(patientId, 'worker')).toMatchObject([{ clientId: 'worker', outcome: 0 }]);
  });

  it('names every score that was handed out: model, blocks, inputs and the hash of its output, and a curve as one hash', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-13' });
    const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' });
    const made = assessment(patientId, 2);
    const id = allowed(await stores.worker.withAccess(job, (scope) => scope.assessments.save(made)));
    const look = asks(person('physician'), { action: 'read', resource: 'RiskAssessment', patientId });
    await stores.api.withAccess(look, async (scope) => {
      await scope.assessments.list({ patientId, limit: 5 });
      await scope.assessments.list({ patientId, limit: 5, shownAs: 'trend' });
    });
    const outputSha256 = sha256(Buffer.from(['concord-output-1', id, 'bf9e0652', '0.1234'].join('\n')));
    const shown = { assessmentId: id, task: made.task, model: 0, inputsSha256: 'aa', outputSha256, modalitiesUsed: ['vitals'], outcome: 'scored' };
    const models = [{ bundle: 'decline-1', blocksSha256: ['bb'], runtime: 'test' }];
    expect((await of(patientId, 'worker'))[0]?.scores).toEqual({ models, shown: [shown] });
    expect((await of(patientId, 'physician'))[0]?.scores).toEqual({
      models,
      shown: [shown],
      trend: { count: 1, sha256: sha256(Buffer.from(`${String(id)} ${outputSha256}`)) },
    });
  });

  it('says what an event is besides an interaction: an export, the start of an emergency override', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-14' });
    const ask = asks(person('physician'), { action: 'read', resource: 'Patient', patientId });
    await stores.api.withAccess(ask, async (scope) => {
      await scope.patients.read(patientId);
      scope.audit.note({ kind: 'break-glass-start', detail: { grant: 'g-1' } });
    });
    expect(await of(patientId, 'physician')).toMatchObject([{ kind: 'break-glass-start', category: '110113', subtype: '110127', detail: { grant: 'g-1' } }]);
  });

  it('keeps what the edge decided by itself, in the name of whom it concerns, and of nobody', async () => {
    const base = { outcome: 4, requestId: 'edge-1', entry: 'GET none', network: { ip: '127.0.0.1' } } as const;
    await stores.api.record({ ...base, kind: 'login', outcome: 0, actor: { ...person('steward'), sessionId: 's-1' } });
    await stores.api.record({ ...base, kind: 'refusal', outcomeText: 'no-credentials', actor: undefined });
    const [login] = await events({ user: 'steward' });
    expect(login).toMatchObject({ kind: 'login', category: '110114', subtype: '110122', outcome: 0, requestId: 'edge-1' });
    expect(login?.sessionHash).toMatch(/^[0-9a-f]{32}$/);
    expect(await events({ user: 'nobody' })).toMatchObject([{ kind: 'refusal', category: '110113', outcome: 4, outcomeText: 'no-credentials' }]);
  });

  it('names no patient: no name, no number, not even in its bytes', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'A-12-secret' });
    await readPatient(patientId);
    const backup = new pg.Client({ connectionString: stores.database.url('backup_ro') });
    await backup.connect();
    const { rows } = await backup.query<{ text: string }>("SELECT string_agg(convert_from(bytes, 'UTF8'), ' ') AS text FROM audit_events");
    await backup.end();
    expect(rows[0]?.text).not.toMatch(/Testerin|A-12-secret|1950-05-05/);
  });
});

/** Moves rows into the past, as the superuser: tests do not wait. */
async function age(table: string, column: string, by: string): Promise<void> {
  const client = new pg.Client({ connectionString: stores.database.url('postgres') });
  await client.connect();
  await client.query(`UPDATE ${table} SET ${column} = ${column} - interval '${by}'`);
  await client.end();
}
