import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from '@concord/adapters/crypto';
import { SEALED_COLUMNS } from '@concord/adapters/postgres';
import type { PatientId } from '@concord/core/clinical';
import type { NewObservation } from '@concord/core/ports';
import { eraseAs, fillPatient, type Planted } from '../erasure.ts';
import { asks, person } from '../people.ts';
import { ago, allowed, pulse, testStores, writes, type TestStores } from '../stores.ts';
import { ROOT, run } from '../running-system.ts';

/** So many notes of one patient that a run is still under way when it is killed. */
const NOTES = 2_500;
let stores: TestStores;
let root: pg.Client;
let planted: readonly Planted[];

const keyOf = async (id: string) =>
  (await root.query<{ k: string }>('SELECT patient_key AS k FROM patient_links WHERE patient_id = $1', [id])).rows[0]?.k ?? '';
const keysOf = async (id: string) => {
  const keys = await stores.keyring.keysOf(id);
  if (keys === undefined) throw new Error('a patient without keys');
  return keys;
};

beforeAll(async () => {
  stores = await testStores();
  root = new pg.Client({ connectionString: stores.database.url('postgres') });
  await root.connect();
  planted = [await fillPatient(stores, 1), await fillPatient(stores, 2), await fillPatient(stores, 3)];
  const [first] = planted;
  if (first === undefined) throw new Error('nobody was planted');
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(first.patientId);
    const notes = Array.from({ length: NOTES }, (_, i) =>
      note(first, { text: `note ${i}`, effectiveAt: ago(10 + i), identifier: { system: 'urn:note', value: String(i) } }),
    );
    await scope.observations.putAll(notes);
  });
  for (const one of planted) await fillRest(one);
});
afterAll(async () => {
  await root.end();
  await stores.close();
});

/** An answer in words that no modality knows. */
function note({ patientId }: Planted, more: Partial<NewObservation>): NewObservation {
  const { modality: _modality, number: _number, unit: _unit, ...rest } = pulse(patientId, 0, ago(9));
  return { ...rest, code: '8251-1', ...more };
}

/** What comes in by doors that this test does not open, sealed as their stores seal it. */
async function fillRest({ patientId, assessmentId }: Planted): Promise<void> {
  const keys = await keysOf(patientId);
  const sealed = (place: string) => stores.keyring.sealFor(keys, Buffer.from(JSON.stringify(`words of ${place}`)), place);
  const key = await keyOf(patientId);
  const id = assessmentId;
  const add = (text: string, ...values: readonly unknown[]) => root.query(text, [key, ...values]);
  await add(
    `INSERT INTO consents (id, version, patient_key, status, said_at, sealed, content_mac, revision, available_at, issuer, subject)
     VALUES ($2, 1, $1, 'inactive', now(), $3, '\\x00', 1, now(), 'i', 's')`,
    ...[id, sealed(`consents|sealed|${id}|1`)],
  );
  await add(
    `INSERT INTO emergency_grants (id, patient_key, issuer, subject, login, purpose, reason_code, reason_sealed, starts_at, ends_at)
     VALUES ($2, $1, 'i', 's', 'l', 'BTG', 'urgent-care', $3, now() - interval '30 minutes', now())`,
    ...[id, sealed(`emergency_grants|reason|${id}`)],
  );
  await add(
    `INSERT INTO emergency_reviews (grant_id, patient_key, issuer, subject, login, finding, note_sealed, closed_at)
     VALUES ($2, $1, 'i', 't', 'l', 'justified', $3, now())`,
    ...[id, sealed(`emergency_reviews|note|${id}`)],
  );
  await add(
    `INSERT INTO concordances (id, patient_key, as_of, stored_at, revision, bundle, content_mac, disagreements, mislink_suspected, sealed)
     VALUES ($2, $1, now(), now(), 1, 'b', '\\x00', 0, false, $3)`,
    ...[id, sealed(`concordances|sealed|${id}`)],
  );
  await add(
    `INSERT INTO region_checks (assessment_id, patient_key, modality, stored_at, regions, holding, sealed) VALUES ($2, $1, 'chest-imaging', now(), 1, 1, $3)`,
    ...[id, sealed(`region_checks|sealed|${id}`)],
  );
  await add(
    `UPDATE reports SET identifier_sealed = $2 WHERE patient_key = $1`,
    await root
      .query<{ id: string }>('SELECT id FROM reports WHERE patient_key = $1', [key])
      .then(({ rows }) => sealed(`reports|identifier_sealed|${rows[0]?.id ?? ''}|1`)),
  );
}

/** Every sealed value of a patient as plain text, by table, column and row; and the versions under which they are sealed. */
async function opened(id: PatientId): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly versions: ReadonlyMap<string, ReadonlySet<number>> }> {
  const keys = await keysOf(id);
  const key = await keyOf(id);
  const [texts, versions] = [new Map<string, string>(), new Map<string, Set<number>>()];
  for (const { table, column, owner, key: names, place } of SEALED_COLUMNS) {
    const text = `SELECT ${names.map((name) => `${name}::text AS ${name}`).join(', ')}, ${column} AS value FROM ${table} WHERE ${owner} = $1 AND ${column} IS NOT NULL`;
    for (const row of (await root.query<{ value: Buffer } & Record<string, string>>(text, [owner === 'patient_id' ? id : key])).rows) {
      const where = `${table}.${column}`;
      texts.set(`${where} ${names.map((name) => row[name]).join(' ')}`, Buffer.from(stores.keyring.openFor(keys, row.value, place(row))).toString());
      versions.set(where, (versions.get(where) ?? new Set()).add(versionOf(row.value) ?? 0));
    }
  }
  return { texts, versions };
}

/** As the ward reads it, through both walls. */
async function read({ patientId, words }: Planted): Promise<void> {
  const about = asks(person('physician'), { action: 'read', resource: 'Timeline', patientId });
  const shown = allowed(
    await stores.api.withAccess(about, async (scope) => ({
      patient: await scope.patients.read(patientId),
      reports: await scope.reports.search({ patientId }, { count: 10 }),
    })),
  );
  expect(JSON.stringify(shown.patient)).toContain('Kanarienfrau');
  expect(JSON.stringify(shown.reports)).toContain(words[0]);
}

const environment = () => ({
  ...process.env,
  CONCORD_DATA_DIR: stores.folder,
  CONCORD_KEY_FILE: join(stores.folder, 'root.key'),
  DATABASE_OWNER_URL: stores.database.url('concord_owner'),
  DATABASE_WORKER_URL: stores.database.url('app_worker'),
});
const CLI = join(ROOT, 'apps/cli/bin/concord.js');
const files = () =>
  readdirSync(join(stores.folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name);
const renewedNotes = async () =>
  (await root.query<{ n: number }>("SELECT count(*)::int AS n FROM observations WHERE substr(text_sealed, 1, 5) = '\\x0200000002'")).rows[0]?.n ?? 0;

const blobsLeft = async () =>
  (await root.query<{ left: number }>("SELECT count(*)::int AS left FROM blobs WHERE patient_key IS NOT NULL AND substr(wrapped, 1, 5) <> '\\x0200000002'"))
    .rows[0]?.left;

type Opened = Awaited<ReturnType<typeof opened>>;

/** Every value of before, unchanged; what came in meanwhile beside it. */
function holds(now: Opened, before: Opened | undefined): void {
  expect(before?.texts.size).toBeGreaterThan(0);
  for (const [name, text] of before?.texts ?? []) expect([name, now.texts.get(name)]).toEqual([name, text]);
}

/** A ward that goes on: each round reads the patient and writes a note. Every round must succeed. */
function workOn(patient: Planted): { end(): Promise<number> } {
  const state = { ended: false };
  const working = (async () => {
    let rounds = 0;
    for (; !state.ended; rounds += 1) {
      await read(patient);
      await writes(stores.api, async (scope) => {
        await scope.patients.matchId(patient.patientId);
        await scope.observations.putAll([
          note(patient, { text: `meanwhile ${rounds}`, effectiveAt: ago(5), identifier: { system: 'urn:meanwhile', value: String(rounds) } }),
        ]);
      });
    }
    return rounds;
  })();
  return {
    end: () => {
      state.ended = true;
      return working;
    },
  };
}

/** @returns how many notes were sealed anew when the run was killed. */
async function killedInTheMiddle(): Promise<number> {
  const child = spawn(process.execPath, [CLI, 'keys', 'reseal'], { env: environment(), stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  while ((await renewedNotes()) === 0 && child.exitCode === null) await pause(5);
  child.kill('SIGKILL');
  await gone;
  expect(child.signalCode).toBe('SIGKILL');
  return renewedNotes();
}

describe('sealing everything anew', () => {
  it('knows every sealed column of the schema, and this test has a value in each', async () => {
    const { rows } = await root.query<{ name: string }>(
      `SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition
       WHERE c.table_schema = 'public' AND c.data_type = 'bytea' AND c.column_name ~ 'sealed$' AND c.table_name NOT IN ('web_sessions', 'blobs', 'reconcile_items')`,
    );
    const known = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort();
    expect(rows.map(({ name }) => name).sort()).toEqual(known);
    for (const one of planted) {
      const { versions } = await opened(one.patientId);
      expect([...versions.keys()].sort()).toEqual(known.filter((name) => name !== 'observations.identifier_sealed' || one === planted[0]));
    }
  });

  it('killed in the middle while a ward reads and writes: everything opens, the next call ends it, and the old key is destroyed', async () => {
    const [busy] = planted as readonly [Planted];
    const before: Awaited<ReturnType<typeof opened>>[] = [];
    for (const { patientId } of planted) before.push(await opened(patientId));
    const filesBefore = files();
    const ward = workOn(busy);

    const half = await killedInTheMiddle();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(NOTES);
    for (const one of planted) await read(one);
    holds(await opened(busy.patientId), before[0]);

    const { code, stdout, stderr } = await run(process.execPath, [CLI, 'keys', 'reseal', '--json'], environment());
    expect(await ward.end()).toBeGreaterThan(1);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ patients: 3, blobs: expect.any(Number) as number });
    for (const [i, one] of planted.entries()) {
      await read(one);
      const after = await opened(one.patientId);
      holds(after, before[i]);
      expect([...(await keysOf(one.patientId)).versions.keys()]).toEqual([2]);
      for (const [where, versions] of after.versions) expect([where, [...versions]]).toEqual([where, [2]]);
    }
    expect(await blobsLeft()).toBe(0);
    expect(files()).toHaveLength(filesBefore.length);
    expect(files().filter((name) => filesBefore.includes(name))).toEqual([]);
  }, 120_000);

  it('stands in the record: for each patient one event before anything was sealed under the new key, and one before the old one went', async () => {
    const { rows } = await root.query<{ detail: string }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'detail' -> 'reseal' ->> 'step' AS detail FROM audit_events WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'entry' = 'concord keys reseal' ORDER BY n`,
    );
    const count = (step: string) => rows.filter(({ detail }) => detail === step).length;
    // The run that was killed had begun, and the one that ended it began again.
    expect([count('begun'), count('done')]).toEqual([6, 3]);
  });

  it('leaves an erased patient erased, and renews one patient alone when that is asked', async () => {
    const [, second, third] = planted;
    if (second === undefined || third === undefined) throw new Error('nobody was planted');
    expect(await eraseAs(stores, third.patientId)).toBe('erased');
    const gone = await run(process.execPath, [CLI, 'keys', 'reseal', '--patient', third.patientId, '--json'], environment());
    expect(JSON.parse(gone.stdout)).toMatchObject({ patients: 0 });
    expect(await stores.keyring.keysOf(third.patientId)).toBeUndefined();
    const one = await run(process.execPath, [CLI, 'keys', 'reseal', '--patient', second.patientId, '--json'], environment());
    expect(JSON.parse(one.stdout)).toMatchObject({ patients: 1 });
    expect([...(await keysOf(second.patientId)).versions.keys()]).toEqual([3]);
    await read(second);
  });

  it('waits for whoever began before it: they know only the old key, and must be able to read and write until they end', async () => {
    const [, second] = planted as readonly [Planted, Planted];
    const ward = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await ward.connect();
    await ward.query('BEGIN; SELECT 1');
    const renewed = run(process.execPath, [CLI, 'keys', 'reseal', '--patient', second.patientId, '--json'], environment());
    await expect.poll(async () => [...(await keysOf(second.patientId)).versions.keys()], { timeout: 20_000 }).toEqual([3, 4]);
    await pause(500);
    expect(await keysOf(second.patientId)).toMatchObject({ newest: 3 });
    await ward.query('COMMIT');
    await ward.end();
    expect((await renewed).code).toBe(0);
    expect([...(await keysOf(second.patientId)).versions.keys()]).toEqual([4]);
    await read(second);
  });

  it('waits for nobody who copies keys: while a backup runs it refuses, and the other way round', async () => {
    const holder = new pg.Client({ connectionString: stores.database.url('concord_owner') });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock_shared($1)', [0x6b65_7973]);
    const { code, stderr } = await run(process.execPath, [CLI, 'keys', 'reseal'], environment());
    await holder.end();
    expect([code, stderr]).toEqual([1, expect.stringContaining('copied for a backup')]);
  });
});
