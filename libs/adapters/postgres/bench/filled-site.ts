import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Keyring, SealedFiles } from '@concord/core/ports';
import { blobFile, blobWrapPlace } from '../places.ts';

export interface SiteSize {
  readonly patients: number;
  /** Of all patients together. */
  readonly observations: number;
  readonly blobs: number;
  /** Of each. */
  readonly blobBytes: number;
}

export interface FilledSiteSettings extends SiteSize {
  /** As the superuser of the site's own cluster: filling is not what is measured. */
  readonly superuserUrl: string;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly log: (line: string) => void;
}

const FILL_STEP = 500_000;
const PATIENTS_STEP = 500;

/** Fills a site that holds nobody with patients as their doors would leave them: keys, links, sealed blobs, readings. */
export async function fillSite(settings: FilledSiteSettings): Promise<void> {
  const client = new pg.Client({ connectionString: settings.superuserUrl });
  await client.connect();
  try {
    const ids = Array.from({ length: settings.patients }, () => randomUUID());
    for (let at = 0; at < ids.length; at += PATIENTS_STEP) await addPatients(client, settings.keyring, ids.slice(at, at + PATIENTS_STEP));
    settings.log(`${ids.length} patients`);
    await addBlobs(client, settings, ids);
    await addObservations(client, settings);
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

async function addPatients(client: pg.Client, keyring: Keyring, ids: readonly string[]): Promise<void> {
  for (const id of ids) await keyring.makeKeys(id);
  const from = 'FROM unnest($1::uuid[]) AS i';
  await client.query(
    `INSERT INTO patients (id, version, revision, source_id, created_at, updated_at) SELECT i, 1, 1, 'integrator', clock_timestamp(), clock_timestamp() ${from}`,
    [ids],
  );
  await client.query(
    `INSERT INTO patient_links (patient_id, patient_key, version, source_id, linked_at) SELECT i, gen_random_uuid(), 1, 'integrator', now() ${from}`,
    [ids],
  );
  await client.query(`INSERT INTO patient_keys (patient_id, version, source_id) SELECT i, 1, 'integrator' ${from}`, [ids]);
}

async function addBlobs(client: pg.Client, { blobs, blobBytes, keyring, files, log }: FilledSiteSettings, ids: readonly string[]): Promise<void> {
  const bytes = randomBytes(blobBytes);
  for (let i = 0; i < blobs; i += 1) {
    const [name, patient] = [randomUUID(), ids[i % ids.length] ?? ''];
    const keys = await keyring.keysOf(patient);
    if (keys === undefined) throw new Error('a patient of the bench has no keys');
    const { key } = keyring.newKey(blobWrapPlace(name));
    bytes.writeUInt32BE(i, 0);
    await files.put(blobFile(name), bytes, key);
    const text = `INSERT INTO blobs (name, sha256, patient_key, wrapped, byte_length, source_id, stored_at)
      SELECT $1, $2, l.patient_key, $3, $4, 'integrator', now() FROM patient_links l WHERE l.patient_id = $5`;
    await client.query(text, [name, randomBytes(32), keyring.sealFor(keys, key, blobWrapPlace(name)), blobBytes, patient]);
    if (i % 500 === 499) log(`${i + 1} blobs`);
  }
}

async function addObservations(client: pg.Client, { observations, patients, log }: FilledSiteSettings): Promise<void> {
  const text = `INSERT INTO observations (patient_key, id, version, revision, modality, code, code_system, number, unit, status, effective_at, available_at, device, source_id, blob_sha256)
    SELECT p.keys[1 + i % $3], gen_random_uuid(), 1, 2, 'vitals', '8867-4', 'http://loinc.org', 60 + 20 * random(), '/min', 'final', t, t, 'bed-1', 'integrator', '\\x00'
    FROM (SELECT array_agg(patient_key) AS keys FROM patient_links) p, generate_series($1::bigint, $2::bigint - 1) i,
      LATERAL (SELECT now() - (i / $3) * interval '1 minute' AS t) clock`;
  for (let from = 0; from < observations; from += FILL_STEP) {
    const to = Math.min(observations, from + FILL_STEP);
    await client.query(text, [from, to, patients]);
    log(`${to} of ${observations} observations`);
  }
}
