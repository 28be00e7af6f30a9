import { join } from 'node:path';
import pg from 'pg';
import { openKeyring } from '@concord/adapters/crypto';
import type { RunningSystem } from './running-system.ts';

/** A step of the time axis begins so many minutes before the moment of the question. */
const STEP = /\{"at":"[^"]+","mean"/g;

/** Every page about the patient as bytes, but for the address of the machine and the moment of the question. */
export async function pagesOf(system: RunningSystem, patient: string, asOf: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${await system.token('physician')}` };
  const paths = [
    `/api/v1/patients/${patient}/timeline`,
    `/api/v1/patients/${patient}/assessments?asOf=${asOf}`,
    `/fhir/R4/Patient/${patient}`,
    ...['Encounter', 'Observation', 'DiagnosticReport'].map((type) => `/fhir/R4/${type}?patient=${patient}&_count=200`),
  ];
  const pages: string[] = [];
  for (const path of paths) {
    const answer = await fetch(`${system.url}${path}`, { headers });
    const text = (await answer.text())
      .replaceAll(system.url, 'http://site')
      .replace(/"from":"[^"]+","to":"[^"]+"/, '"from":"","to":""')
      .replaceAll(STEP, '{"mean"');
    pages.push(`${answer.status} ${path}\n${text}`);
  }
  return pages;
}

/** A value of each patient that opens under the keys which came back with it. */
export async function opensIn(dataDir: string, url: string): Promise<readonly boolean[]> {
  const keyring = await openKeyring(join(dataDir, 'root.key'));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ patient_id: string; version: number; sealed: Buffer }>('SELECT patient_id, version, sealed FROM patient_versions');
    const opened: boolean[] = [];
    for (const { patient_id: id, version, sealed } of rows) {
      const keys = await keyring.keysOf(id);
      opened.push(keys !== undefined && keyring.openFor(keys, sealed, `patient_versions|sealed|${id}|${version}`).length > 2);
    }
    return opened;
  } finally {
    await client.end();
  }
}

/** Every row of every table, as the digest of its text. */
export async function contents(url: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ t: string }>(
      `SELECT c.oid::regclass::text AS t FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'part'::regnamespace) ORDER BY 1`,
    );
    const found = new Map<string, string>();
    for (const { t } of tables.rows) {
      const { rows } = await client.query<{ d: string | null; n: number }>(
        `SELECT count(*)::int AS n, md5(string_agg(o::text, E'\\n' ORDER BY o::text)) AS d FROM ${t} o`,
      );
      found.set(t, `${rows[0]?.n ?? 0} ${rows[0]?.d ?? ''}`);
    }
    return found;
  } finally {
    await client.end();
  }
}
