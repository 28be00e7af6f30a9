import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { clusterUrl, type TestDatabase } from './database.ts';
import { MRN } from './stores.ts';

/** The schema of the first release: what an installation brings that was never upgraded. */
const FIRST = ['20261124000000_first', '20261124000100_reach', '20261124000200_walls'];
const ROOT = path.resolve(import.meta.dirname, '..');

export interface OldPatient {
  readonly id: string;
  readonly key: string;
  readonly mrn: string;
  readonly family: string;
}

/** A database in the first schema, filled as the first release filled it, its sealed forms included. */
export interface OldSite {
  readonly database: TestDatabase;
  readonly patients: readonly OldPatient[];
}

/** @param rootKey 32 bytes; the same that stand in the key file of the upgrade. */
export async function oldSite(rootKey: Buffer, count: number): Promise<OldSite> {
  const name = `old_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser('postgres', (client) => client.query(`CREATE DATABASE ${name} OWNER concord_owner`));
  const database = { name, url: (role: string) => clusterUrl(role, name) };
  const owner = new pg.Client({ connectionString: database.url('concord_owner') });
  await owner.connect();
  await owner.query(`CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
  for (const migration of FIRST) {
    const sql = readFileSync(path.join(ROOT, 'prisma/migrations', migration, 'migration.sql'), 'utf8');
    await owner.query(sql);
    await owner.query('INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())', [
      randomUUID(),
      createHash('sha256').update(sql).digest('hex'),
      migration,
    ]);
  }
  await owner.end();
  const patients = await asSuperuser(name, async (client) => {
    await client.query("INSERT INTO wards (id, name, setting) VALUES ('ward-a', 'Ward A', 'ward')");
    await client.query("INSERT INTO sources (id, name, authority, time_zone, delivery) VALUES ('integrator', 'i', $1, 'UTC', 'live')", [MRN]);
    const made = [];
    for (let n = 0; n < count; n += 1) made.push(await onePatient(client, sealer(rootKey), n));
    return made;
  });
  return { database, patients };
}

async function asSuperuser<T>(name: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: clusterUrl('postgres', name) });
  await client.connect();
  return work(client).finally(() => client.end());
}

type Sealer = ReturnType<typeof sealer>;

/** How the first release sealed: version 1, nonce, ciphertext, tag; the place alone was bound. */
function sealer(rootKey: Buffer) {
  const derived = (purpose: string) => Buffer.from(hkdfSync('sha256', rootKey, new Uint8Array(0), purpose, 32));
  const seal = (key: Buffer, plain: Buffer | string, place: string): Buffer => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(place));
    return Buffer.concat([Buffer.of(1), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  return {
    seal,
    wrap: (key: Buffer, place: string) => seal(derived('concord/wrap/1'), key, place),
    index: (system: string, value: string) =>
      createHmac('sha256', derived('concord/blind-index/1'))
        .update(`${Buffer.byteLength(system)}:`)
        .update(system)
        .update(value)
        .digest(),
    mac: (key: Buffer, json: string) => createHmac('sha256', key).update('content|').update(json).digest(),
  };
}

async function onePatient(client: pg.Client, { seal, wrap, index, mac }: Sealer, n: number): Promise<OldPatient> {
  const [id, key, dek] = [randomUUID(), randomUUID(), randomBytes(32)];
  const [mrn, family] = [`OLD-${n}`, `Altbestand${n}`];
  const put = (text: string, values: readonly unknown[]) => client.query(text, [...values]);
  await put("INSERT INTO patients (id, version, revision, source_id, created_at, updated_at) VALUES ($1, 1, 5, 'integrator', now(), now())", [id]);
  await put("INSERT INTO patient_links VALUES ($1, $2, 1, 'integrator', now())", [id, key]);
  await put("INSERT INTO patient_keys (patient_id, version, wrapped, source_id) VALUES ($1, 1, $2, 'integrator')", [
    id,
    wrap(dek, `patient_keys|wrapped|${id}|1`),
  ]);
  const identifier = { system: MRN, value: mrn };
  const content = JSON.stringify({ family, given: ['Anna'], demographics: { birthDate: '1950-05-05' }, identifiers: [identifier] });
  await put(
    "INSERT INTO patient_versions (patient_id, version, sealed, content_mac, revision, available_at, source_id) VALUES ($1, 1, $2, $3, 1, now(), 'integrator')",
    [id, seal(dek, content, `patient_versions|sealed|${id}|1`), mac(dek, content)],
  );
  await put("INSERT INTO patient_identifiers (value_index, patient_id, system, sealed, source_id) VALUES ($1, $2, $3, $4, 'integrator')", [
    index(MRN, mrn),
    id,
    MRN,
    seal(dek, JSON.stringify(identifier), `patient_identifiers|sealed|${id}`),
  ]);
  await put(
    "INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) VALUES (gen_random_uuid(), $1, 'ward', 'ward:ward-a', gen_random_uuid(), now() - interval '1 day')",
    [key],
  );
  await clinicalRows({ put, seal, mac, dek }, { key, family });
  return { id, key, mrn, family };
}

interface Pen {
  readonly put: (text: string, values: readonly unknown[]) => Promise<unknown>;
  readonly seal: Sealer['seal'];
  readonly mac: Sealer['mac'];
  readonly dek: Buffer;
}

async function clinicalRows({ put, seal, mac, dek }: Pen, { key, family }: { readonly key: string; readonly family: string }): Promise<void> {
  const observation = `INSERT INTO observations (patient_key, id, version, revision, modality, code, code_system, number, unit, text, status, effective_at, available_at, source_id, blob_sha256)
    VALUES ($1, gen_random_uuid(), 1, 2, $2, $3, 'http://loinc.org', $4, $5, $6, 'final', now() - interval '1 hour', now() - interval '1 hour', 'integrator', '\\x00')`;
  await put(observation, [key, 'vitals', '8867-4', 88, '/min', null]);
  await put(observation, [key, null, '8251-1', null, null, `Angehörige von ${family} angerufen`]);
  const [report, study, series] = [randomUUID(), randomUUID(), randomUUID()];
  await put(
    `INSERT INTO reports (id, version, patient_key, code, code_system, code_display, status, issued_at, effective_at, available_at, content_type, sealed, content_mac, revision, source_id, blob_sha256)
     VALUES ($1, 1, $2, '36643-5', 'http://loinc.org', $3, 'final', now(), now() - interval '1 hour', now(), 'text/plain', $4, $5, 3, 'integrator', '\\x00')`,
    [report, key, `Thorax ${family}`, seal(dek, JSON.stringify({ text: `Befund ${family}`, derived: {} }), `reports|sealed|${report}|1`), mac(dek, 'x')],
  );
  await put(
    "INSERT INTO imaging_studies (id, patient_key, study_uid, started_at, description, source_id, updated_at) VALUES ($1, $2, $3, now(), $4, 'integrator', now())",
    [study, key, `1.2.${BigInt(`0x${study.slice(0, 8)}`)}`, `Studie ${family}`],
  );
  await put(
    "INSERT INTO imaging_series (id, study_id, patient_key, series_uid, modality, description, source_id) VALUES ($1, $2, $3, '1.2.3', 'DX', $4, 'integrator')",
    [series, study, key, `Serie ${family}`],
  );
  const event = JSON.stringify({ patientKey: key, objects: ['Observation/1'] });
  await put(
    `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login, client_id, purpose, patient_key, request_id, bytes)
     VALUES (gen_random_uuid(), '1', gen_random_uuid(), 'open', now(), 'rest', 'read', 'R', 0, 'concord', 'x', 'x', 'x', 'TREAT', $1, 'r', $2)`,
    [key, Buffer.from(event)],
  );
}
