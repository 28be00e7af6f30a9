import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId, SourceId, WardId } from '@concord/core/clinical';
import type { AccessScope, Actor, Relationship } from '@concord/core/ports';
import type { AccessPolicy } from '@concord/adapters/postgres';
import { decide, reachableBy, refusal } from '@concord/governance/access';
import { asks, person, SEED, WORKER } from '../people.ts';
import { admit, ago, allowed, newPatient, pulse, testStores, writes, type TestStores } from '../stores.ts';

const ALL: readonly Relationship[] = ['ward', 'discharged-72h', 'care-team', 'recent-study', 'own-record', 'own-source', 'job'];
/** The application's decision, knocked out: only row-level security is left. */
const ALLOW_EVERYTHING: AccessPolicy = {
  decide: () => ({ allow: true, ruleId: 'test', relationship: 'ward', obligations: [] }),
  reachableBy: () => ALL,
  refusal,
};

let stores: TestStores;
let inA: PatientId;
let inB: PatientId;
let encounterB: string;

beforeAll(async () => {
  stores = await testStores();
  ({ patientId: inA } = await admit(stores.api, { mrn: 'W-A', ward: 'ward-a' }));
  const b = await admit(stores.api, { mrn: 'W-B', ward: 'ward-b' });
  inB = b.patientId;
  encounterB = b.encounterId;
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(inB);
    await scope.blobs.put(Buffer.from('what the sender sent'), inB);
    return scope.observations.putAll([pulse(inB, 70, ago(5))]);
  });
});
afterAll(() => stores.close());

const everything = async (scope: AccessScope) => ({
  patients: (await scope.patients.search({}, { count: 100 })).items.map(({ id }) => id),
  encounters: (await scope.encounters.search({}, { count: 100 })).items.map(({ patientId }) => patientId),
  observations: (await scope.observations.search({}, { count: 100 })).items.map(({ patientId }) => patientId),
  window: (await scope.observations.window(inB, ['8867-4'], ago(60), ago(0), 60_000)).length,
  newest: (await scope.observations.newest(inB, ['8867-4'])).length,
  timeline: await scope.timelines.load(inB, scope.now),
  worklist: (await scope.worklist.load({ task: 't' as never })).map(({ patient }) => patient.id),
});

const look = (database: TestStores['api'], actor: Actor) => database.withAccess(asks(actor, { action: 'search', resource: 'Observation' }), everything);

describe('two walls, each of which denies alone', () => {
  it('lets the nurse of ward-a see ward-a, and the physician both', async () => {
    const nurse = allowed(await look(stores.api, person('nurse')));
    expect(nurse).toMatchObject({ patients: [inA], encounters: [inA], observations: [], window: 0, newest: 0, timeline: undefined, worklist: [inA] });
    const physician = allowed(await look(stores.api, person('physician')));
    expect(new Set(physician.patients)).toEqual(new Set([inA, inB]));
    expect(physician.timeline?.streams.size).toBe(1);
  });

  it('denies by row-level security when the application would allow everything', async () => {
    const bare = stores.open('app_rw', ALLOW_EVERYTHING);
    for (const role of ['nurse', 'radiologist', 'privacy', 'steward', 'patient'] as const) {
      const seen = allowed(await look(bare, person(role)));
      const reach = role === 'nurse' ? [inA] : [];
      expect(seen, role).toMatchObject({ patients: reach, encounters: reach, observations: [], window: 0, newest: 0, timeline: undefined, worklist: reach });
    }
  });

  it('denies by the application when row-level security is off', async () => {
    // A superuser: no policy binds it, so only the decision and the stores' own conditions are left.
    const bare = stores.open('postgres');
    const nurse = allowed(await look(bare, person('nurse')));
    expect(nurse).toMatchObject({ patients: [inA], encounters: [inA], observations: [], window: 0, newest: 0, worklist: [inA] });
    const radiologist = allowed(await look(bare, person('radiologist')));
    expect(radiologist).toMatchObject({ patients: [], encounters: [], observations: [], window: 0, newest: 0, worklist: [] });
    for (const role of ['steward', 'privacy'] as const) expect((await look(bare, person(role))).ok, role).toBe(false);
  });

  it('ends the old ward’s access with a transfer, at the next request', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'W-T', ward: 'ward-a' });
    const sees = async () =>
      (await stores.api.withAccess(asks(person('nurse'), { action: 'read', resource: 'Patient', patientId }), (s) => s.patients.read(patientId))).ok;
    expect(await sees()).toBe(true);
    await writes(stores.api, async (scope) => {
      await scope.patients.matchId(patientId);
      return scope.encounters.put({
        patientId,
        identifiers: [{ system: 'urn:concord:demo:visit', value: 'v-W-T' }],
        stay: { status: 'in-progress', class: 'IMP', start: ago(120) },
        locations: [
          { wardId: 'ward-a' as WardId, start: ago(120), end: ago(1), status: 'completed' },
          { wardId: 'ward-b' as WardId, start: ago(1), status: 'active' },
        ],
        sourceId: 'integrator' as SourceId,
      });
    });
    expect(await sees()).toBe(false);
  });

  it('lets a care team, a radiologist with a recent study and the patient in, by their own relation only', async () => {
    const physician = person('physician');
    const { id } = await writes(stores.api, (scope) => scope.patients.create(newPatient('W-C')));
    const relation = async (actor: Actor) => {
      const answer = await stores.api.withAccess(asks(actor, { action: 'read', resource: 'Patient', patientId: id }), (s) =>
        Promise.resolve(s.decision.relationship),
      );
      return answer.ok ? answer.value : answer.error.kind;
    };
    expect(await relation(physician)).toBe('not-found');
    await writes(stores.api, async (scope) => {
      await scope.patients.matchId(id);
      await scope.care.setTeam({ patientId: id, name: 'outreach', members: [{ issuer: 'concord', subject: physician.subject }], start: ago(10) });
      await scope.care.linkAccount({ patientId: id, issuer: 'concord', subject: person('patient').subject });
    });
    expect(await relation(physician)).toBe('care-team');
    expect(await relation(person('patient'))).toBe('own-record');
    expect(await relation(person('radiologist'))).toBe('not-found');
    // Said again without members: the relation ends at the next request.
    await writes(stores.api, async (scope) => {
      await scope.patients.matchId(id);
      await scope.care.setTeam({ patientId: id, name: 'outreach', members: [], start: ago(10) });
    });
    expect(await relation(physician)).toBe('not-found');
  });

  it('shows a source what it wrote about somebody else’s patient, and nothing that others wrote', async () => {
    const seeded = asks(SEED, { action: 'create', resource: 'Patient' });
    const { id } = allowed(await stores.api.withAccess(seeded, (scope) => scope.patients.create(newPatient('W-S', { sourceId: 'demo' as SourceId }))));
    await writes(stores.api, async (scope) => {
      expect(await scope.patients.match({ system: 'urn:concord:demo:mrn', value: 'W-S' })).toBe(id);
      return scope.observations.putAll([pulse(id, 88, ago(2), { identifier: { system: 'urn:x', value: '1' } })]);
    });
    const back = allowed(
      await stores.api.withAccess(asks(person('integrator'), { action: 'search', resource: 'Observation' }), async (scope) => ({
        patient: await scope.patients.read(id),
        observations: (await scope.observations.search({ patientId: id }, { count: 10 })).items,
      })),
    );
    expect(back.patient).toBeUndefined();
    expect(back.observations).toMatchObject([{ number: 88, patientId: id, identifier: { value: '1' } }]);
  });

  it('gives the worker the patient of its job and no other', async () => {
    const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId: inA, unit: 'job' });
    const seen = allowed(await stores.worker.withAccess(job, everything));
    expect(seen).toMatchObject({ patients: [inA], encounters: [inA], observations: [], timeline: undefined });
  });

  it('does not open a blob for who does not reach its patient', async () => {
    const hash = await writes(stores.api, async (scope) => {
      await scope.patients.matchId(inB);
      return scope.blobs.put(Buffer.alloc(300_000, 7), inB);
    });
    const fetch = (actor: Actor) => stores.api.withAccess(asks(actor, { action: 'read', resource: 'ImagingStudy' }), (scope) => scope.blobs.get(hash));
    expect(allowed(await fetch(person('nurse')))).toBeUndefined();
    expect(allowed(await fetch(person('physician')))?.length).toBe(300_000);
  });
});

describe('a connection', () => {
  it('carries nothing of one actor into the next transaction', async () => {
    const client = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await client.connect();
    const context = { issuer: 'concord', subject: person('physician').subject, roles: 'physician', purpose: 'TREAT', write_ids: inB, lookup: 'ff' };
    await client.query('BEGIN');
    await client.query('SELECT app.enter($1, $2, $3)', [Object.keys(context), Object.values(context), inA]);
    const left = `SELECT string_agg(app.setting(n), '') AS said FROM unnest(ARRAY['issuer', 'subject', 'roles', 'purpose', 'write_ids', 'lookup', 'hands', 'scope_id', 'scope_key', 'scope_held', 'scope_left', 'recorded_id']) n`;
    expect((await client.query('SELECT id FROM encounters')).rowCount).toBe(1);
    expect((await client.query<{ said: string | null }>(left)).rows[0]?.said).toContain(inA);
    await client.query('COMMIT');
    expect((await client.query<{ said: string | null }>(left)).rows[0]?.said).toBeNull();
    for (const table of ['encounters', 'patients', 'patient_links', 'patient_keys', 'observations', 'access_grants', 'blobs', 'audit_events'])
      expect((await client.query(`SELECT 1 FROM ${table}`)).rowCount, table).toBe(0);
    await client.end();
  });

  it('that asks about one patient is told of the pair and the keys what the policies show without that answer', async () => {
    const client = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await client.connect();
    const told: string[] = [];
    for (const role of ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'patient'] as const)
      for (const patientId of [inA, inB, '00000000-0000-4000-8000-00000000dead']) {
        const { subject } = person(role);
        const purpose = role === 'patient' ? 'PATRQT' : role === 'privacy' ? 'HOPERAT' : 'TREAT';
        const context = { issuer: 'concord', subject, roles: role, purpose, source: role === 'integrator' ? 'integrator' : '', scope_id: '', hands: '' };
        const enter = (about: string | null) =>
          client.query<{ patient_key: string | null; opens: boolean }>('SELECT * FROM app.enter($1, $2, $3)', [
            Object.keys(context),
            Object.values(context),
            about,
          ]);
        await client.query('BEGIN');
        const { patient_key, opens } = (await enter(patientId)).rows[0] ?? {};
        await enter(null);
        const pair = await client.query<{ patient_key: string }>('SELECT patient_key FROM patient_links WHERE patient_id = $1', [patientId]);
        const keys = await client.query('SELECT 1 FROM patient_keys WHERE patient_id = $1', [patientId]);
        await client.query('COMMIT');
        expect([patient_key ?? undefined, opens], role).toEqual([pair.rows[0]?.patient_key, keys.rowCount === 1]);
        told.push(`${role} ${String(opens)}`);
      }
    expect(new Set(told).size).toBeGreaterThan(8);
    await client.end();
  });

  it('that asks about one patient reaches no other, whom it would reach without a name', async () => {
    const physician = person('physician');
    const named = allowed(
      await stores.api.withAccess(asks(physician, { action: 'read', resource: 'Patient', patientId: inA }), async (scope) => ({
        patients: (await scope.patients.search({}, { count: 100 })).items.map(({ id }) => id),
        other: await scope.patients.read(inB),
      })),
    );
    expect(named).toEqual({ patients: [inA], other: undefined });
  });

  it('of the application cannot reach a partition, delete, truncate, or change what was said', async () => {
    const client = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await client.connect();
    for (const statement of [
      'SELECT 1 FROM part.observations_00',
      'DELETE FROM observations',
      'UPDATE observations SET number = 1',
      'UPDATE audit_events SET outcome = 0',
      'DELETE FROM audit_events',
      'TRUNCATE observations',
      'SELECT 1 FROM jobs._private_jobs',
      "SELECT jobs.add_job('assess')",
      'INSERT INTO assessments (id) VALUES (gen_random_uuid())',
    ])
      await expect(client.query(statement), statement).rejects.toThrow(/permission denied/);
    await expect(client.query("SELECT jobs.enqueue('evil', '{}', NULL, 'evil:1')")).rejects.toThrow(/not on the list/);
    await client.end();
  });

  it('of the owner is bound by row-level security too', async () => {
    const client = new pg.Client({ connectionString: stores.database.url('concord_owner') });
    await client.connect();
    expect((await client.query('SELECT 1 FROM encounters')).rowCount).toBe(0);
    await expect(client.query('DELETE FROM audit_events')).rejects.toThrow(/insert-only/);
    await client.end();
    const backup = new pg.Client({ connectionString: stores.database.url('backup_ro') });
    await backup.connect();
    expect((await backup.query('SELECT 1 FROM encounters')).rowCount).toBeGreaterThan(1);
    await backup.end();
  });

  it('of a person cannot write, whatever the application decided', async () => {
    const bare = stores.open('app_rw', ALLOW_EVERYTHING);
    const attempt = bare.withAccess(asks({ ...person('physician'), sourceId: 'integrator' as SourceId }, { action: 'create', resource: 'Patient' }), (scope) =>
      scope.patients.create(newPatient('W-X')),
    );
    await expect(attempt).rejects.toThrow(/row-level security/);
  });
});

it('asks the real policy unless a test says otherwise', () => {
  expect([typeof decide, typeof reachableBy, encounterB.length]).toEqual(['function', 'function', 36]);
});
