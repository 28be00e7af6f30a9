import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import { createFileBlobs } from '@concord/adapters/blobs';
import { keyStoreFolder, openKeyring } from '@concord/adapters/crypto';
import { migrate, moveKeys, openDatabase, type Database } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { oldSite, type OldSite } from '../old-site.ts';
import { asks, person } from '../people.ts';
import { allowed } from '../stores.ts';

const PATIENTS = 5;
const TABLES = [
  'patients',
  'patient_links',
  'patient_versions',
  'patient_identifiers',
  'observations',
  'reports',
  'imaging_studies',
  'imaging_series',
  'audit_events',
];

describe('a site of the first release, upgraded with its patients in it', () => {
  let site: OldSite;
  let superuser: pg.Client;
  let api: Database;
  let keyFile: string;
  let before: unknown;
  const counts = async () => {
    const rows = [];
    for (const table of TABLES) rows.push([table, (await superuser.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n]);
    return rows;
  };
  const upgrade = async () => migrate(site.database.url('concord_owner'), [prepareQueue, moveKeys(await openKeyring(keyFile))]);

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'concord-upgrade-'));
    keyFile = path.join(folder, 'root.key');
    const root = randomBytes(32);
    writeFileSync(keyFile, root, { mode: 0o600 });
    site = await oldSite(root, PATIENTS);
    superuser = new pg.Client({ connectionString: site.database.url('postgres') });
    await superuser.connect();
    before = await counts();
    await upgrade();
    const keyring = await openKeyring(keyFile);
    api = openDatabase({ url: site.database.url('app_rw'), machine: 'api', keyring, files: createFileBlobs(path.join(folder, 'blobs')), demo: true });
  });
  afterAll(async () => {
    await api.close();
    await superuser.end();
  });

  it('loses no row', async () => {
    expect(await counts()).toEqual(before);
  });

  it('reads as it did: name, pulse, note, report with its title, study with its description', async () => {
    for (const { id, family, mrn } of site.patients) {
      const patientId = id as PatientId;
      const read = await api
        .withAccess(asks(person('physician'), { action: 'search', resource: 'Timeline', patientId }), async (scope) => ({
          patient: await scope.patients.read(patientId),
          observations: (await scope.observations.search({ patientId }, { count: 10 })).items,
          reports: (await scope.reports.search({ patientId }, { count: 10 })).items,
          studies: (await scope.imaging.studies({ patientId }, { count: 10 })).items,
        }))
        .then(allowed);
      expect(read.patient).toMatchObject({ family, identifiers: [{ value: mrn }] });
      expect(read.observations.map(({ number, text }) => number ?? text).sort()).toEqual([88, `Angehörige von ${family} angerufen`]);
      expect(read.reports).toMatchObject([{ text: `Befund ${family}`, code: { code: '36643-5', display: `Thorax ${family}` } }]);
      expect(read.studies).toMatchObject([{ description: `Studie ${family}`, series: [{ description: `Serie ${family}` }] }]);
    }
  });

  it('keeps its record of accesses as it was: what was there is the first partition, whole, and what comes now has higher numbers', async () => {
    const { rows } = await superuser.query<{ name: string; events: number; first: number; last: number; hidden: boolean }>(
      `SELECT e.tableoid::regclass::text AS name, count(*)::int AS events, min(n)::int AS first, max(n)::int AS last, bool_and(c.relforcerowsecurity) AS hidden
       FROM audit_events e JOIN pg_class c ON c.oid = e.tableoid GROUP BY 1 ORDER BY first`,
    );
    const [old, now] = rows;
    expect(rows).toHaveLength(2);
    expect(old).toMatchObject({ name: 'part.audit_events_0', hidden: true });
    expect(['audit_events', old?.events]).toEqual((before as readonly (readonly unknown[])[]).find(([table]) => table === 'audit_events'));
    expect(now).toMatchObject({ name: `part.audit_events_${String((old?.last ?? 0) + 1)}`, hidden: true, first: (old?.last ?? 0) + 1 });
  });

  it('is found by identifier, and a repeat of the patient is known as one', async () => {
    const [first] = site.patients;
    const found = await api
      .withAccess(asks(person('integrator'), { action: 'create', resource: 'Patient' }), (scope) =>
        scope.patients.match({ system: 'urn:concord:demo:mrn', value: first?.mrn ?? '' }),
      )
      .then(allowed);
    expect(found).toBe(first?.id);
  });

  it('has no key and no open word left in the database', async () => {
    const { rows } = await superuser.query<{ n: number }>(`SELECT (SELECT count(*) FROM patient_keys WHERE wrapped IS NOT NULL) +
      (SELECT count(*) FROM observations WHERE modality IS NULL AND text IS NOT NULL) + (SELECT count(*) FROM reports WHERE code_display IS NOT NULL) +
      (SELECT count(*) FROM imaging_studies WHERE description IS NOT NULL) + (SELECT count(*) FROM imaging_series WHERE description IS NOT NULL) AS n`);
    expect(Number(rows[0]?.n)).toBe(0);
    const keys = readdirSync(keyStoreFolder(keyFile), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'site');
    expect(keys).toHaveLength(PATIENTS);
  });

  it('is nothing to do the second time, and row-level security binds the owner again', async () => {
    expect(await upgrade()).toEqual([]);
    const { rows } = await superuser.query(`SELECT relname FROM pg_class WHERE relname = ANY ($1) AND NOT relforcerowsecurity`, [TABLES]);
    expect(rows).toEqual([]);
  });
});
