import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import { keyStoreFolder } from '@concord/adapters/crypto';
import { openLedger } from '@concord/adapters/ledger';
import { eraseAs, eraseJob, fillPatient, plantedValues, type Planted } from '../erasure.ts';
import { asks, person, WORKER } from '../people.ts';
import { allowed, testStores, type TestStores } from '../stores.ts';

describe('a patient who is erased', () => {
  let stores: TestStores;
  let superuser: pg.Client;
  let planted: Planted;
  let kept: Planted;
  const officer = <T>(work: (scope: AccessScope) => Promise<T>) =>
    stores.api.withAccess(asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: { kind: 'none' } }), work).then(allowed);
  const second = <T>(work: (scope: AccessScope) => Promise<T>) =>
    stores.api
      .withAccess(asks(person('administrator'), { action: 'update', resource: 'Erasure', purpose: 'HSYSADMIN', subject: { kind: 'none' } }), work)
      .then(allowed);
  const count = async (text: string, values: readonly unknown[] = []) => Number((await superuser.query<{ n: string }>(text, [...values])).rows[0]?.n);

  beforeAll(async () => {
    stores = await testStores();
    superuser = new pg.Client({ connectionString: stores.database.url('postgres') });
    await superuser.connect();
    planted = await fillPatient(stores, 1);
    kept = await fillPatient(stores, 2);
  });
  afterAll(async () => {
    await superuser.end();
    await stores.close();
  });

  it('is not erased by the worker on its own, nor by one person alone, nor while a legal hold stands', async () => {
    expect(await eraseJob(stores, planted.patientId)).toBe('nothing');
    const job = stores.worker.withAccess(
      asks(WORKER, { action: 'execute', resource: 'Erasure', purpose: 'HOPERAT', patientId: planted.patientId, unit: 'job' }),
      (scope) => scope.erasures.execute(planted.patientId),
    );
    await expect(job).rejects.toThrow(/no confirmed request/);
    const asked = await officer((scope) => scope.erasures.request(planted.patientId, 'objection'));
    if (typeof asked === 'string') throw new Error(asked);
    expect(await officer((scope) => scope.erasures.confirm(asked.id))).toBe('same-person');
    const hold = await officer((scope) => scope.erasures.hold(planted.patientId, 'litigation'));
    if (hold === 'absent') throw new Error(hold);
    expect(await second((scope) => scope.erasures.confirm(asked.id))).toBe('held');
    expect(await officer((scope) => scope.erasures.request(planted.patientId, 'objection'))).toBe('held');
    await officer((scope) => scope.erasures.lift(hold.id));
    expect(await count('SELECT count(*) AS n FROM patient_links WHERE patient_id = $1', [planted.patientId])).toBe(1);
  });

  it('is gone from every table but the record and the scores’ numbers, with keys and files; another patient is untouched', async () => {
    const key = (await superuser.query<{ patient_key: string }>('SELECT patient_key FROM patient_links WHERE patient_id = $1', [planted.patientId])).rows[0]
      ?.patient_key;
    const before = await count('SELECT count(*) AS n FROM audit_events');
    expect(await eraseAs(stores, planted.patientId)).toBe('erased');
    const columns = await superuser.query<{
      t: string;
      c: string;
    }>(`SELECT c.relname AS t, a.attname AS c FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname IN ('patient_id', 'patient_key')`);
    const left = [];
    for (const { t, c } of columns.rows) {
      const n = await count(`SELECT count(*) AS n FROM ${t} WHERE ${c} = $1`, [c === 'patient_id' ? planted.patientId : key]);
      if (n > 0) left.push(t);
    }
    expect(left.sort()).toEqual(['assessments', 'audit_events', 'legal_holds']);
    expect(await count('SELECT count(*) AS n FROM patients WHERE id = $1', [planted.patientId])).toBe(0);
    expect(await count('SELECT count(*) AS n FROM audit_events')).toBeGreaterThan(before);
    expect(
      existsSync(
        path.join(
          keyStoreFolder(path.join(stores.folder, 'root.key')),
          stores.keyring.nameOf(planted.patientId).slice(0, 2),
          stores.keyring.nameOf(planted.patientId),
        ),
      ),
    ).toBe(false);
    const files = readdirSync(path.join(stores.folder, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files).toHaveLength(1);
    const read = await stores.api
      .withAccess(asks(person('physician'), { action: 'search', resource: 'Timeline', patientId: kept.patientId }), (scope) =>
        scope.patients.read(kept.patientId),
      )
      .then(allowed);
    expect(read?.family).toBe(kept.family);
  });

  it('is absent for every reader, in the same words as somebody who never was', async () => {
    for (const role of ['physician', 'nurse', 'radiologist', 'integrator'] as const) {
      const answers = [];
      for (const patientId of [planted.patientId, '00000000-0000-4000-8000-00000000dead' as PatientId]) {
        answers.push(
          await stores.api.withAccess(asks(person(role), { action: 'read', resource: 'Patient', patientId }), (scope) => scope.patients.read(patientId)),
        );
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toEqual({ ok: false, error: { kind: 'not-found' } });
    }
    const again = await stores.api
      .withAccess(asks(person('integrator'), { action: 'create', resource: 'Patient' }), (scope) => scope.patients.match(planted.identifier))
      .then(allowed);
    expect(again).toBeUndefined();
  });

  it('leaves the stored score to a replay, which says that its inputs are erased', async () => {
    const left = await stores.worker
      .withAccess(asks(WORKER, { action: 'read', resource: 'Erasure', purpose: 'HOPERAT', subject: { kind: 'none' }, unit: 'job' }), (scope) =>
        scope.erasures.remaining(planted.assessmentId),
      )
      .then(allowed);
    expect(left).toMatchObject({ probability: 0.1234, bundle: 'decline-1' });
    const other = await stores.worker
      .withAccess(asks(WORKER, { action: 'read', resource: 'Erasure', purpose: 'HOPERAT', subject: { kind: 'none' }, unit: 'job' }), (scope) =>
        scope.erasures.remaining(kept.assessmentId),
      )
      .then(allowed);
    expect(other).toBeUndefined();
  });

  it('stands in the ledger outside the database by the digest of their keys alone; erasing again adds no line', async () => {
    const ledger = openLedger(path.join(stores.folder, 'erasures.jsonl'));
    const lines = await ledger.lines();
    expect(lines).toMatchObject([{ n: 1, keys: stores.keyring.nameOf(planted.patientId) }]);
    for (const value of [...plantedValues(planted), planted.patientId]) expect(JSON.stringify(lines)).not.toContain(value);
    expect(await eraseJob(stores, planted.patientId)).toBe('nothing');
    expect(await ledger.lines()).toHaveLength(1);
  });

  it('has a policy in every table that holds a patient, those of newer migrations too', async () => {
    const missing = await superuser.query<{ name: string }>(`SELECT DISTINCT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname IN ('patient_id', 'patient_key') AND NOT c.relname = ANY (app.kept_after_erasure())
        AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'owner_erases')`);
    expect(missing.rows).toEqual([]);
  });
});
