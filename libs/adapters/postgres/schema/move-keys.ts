import pg from 'pg';
import type { DataKeys, Keyring } from '@concord/core/ports';
import { inTransaction } from '../in-transaction.ts';
import { reportPlace, seriesTextPlace, studyTextPlace, textPlace } from '../places.ts';
import type { AlsoMigrate } from './migrate.ts';

const MOVED = 'holds no keys: they are in the key store';
const BATCH = 1_000;
const TABLES = ['patient_keys', 'patient_links', 'observations', 'reports', 'imaging_studies', 'imaging_series'];

/**
 * Takes what an earlier version kept open or in the wrong place to where it belongs: wrapped keys of patients into the key
 * store, free text into sealed columns. Again it changes nothing. A crash in the middle leaves the database as it was, and keys
 * in the store that the next run finds equal. The rows' old bytes are rewritten away at the end.
 */
export function moveKeys(keyring: Keyring): AlsoMigrate {
  return async (ownerUrl) => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ said: string | null }>("SELECT obj_description('patient_keys'::regclass, 'pg_class') AS said");
      if (rows[0]?.said === MOVED) return;
      for (const table of await inTransaction(client, () => move(client, keyring))) await client.query(`VACUUM FULL ${table}`);
    } finally {
      await client.end();
    }
  };
}

/** @returns the tables in which something changed. */
async function move(client: pg.Client, keyring: Keyring): Promise<readonly string[]> {
  const changed = new Set<string>();
  // FORCE binds the owner in silence: without this every statement below would find no row.
  for (const table of TABLES) await client.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
  if ((await moveWrapped(client, keyring)) > 0) changed.add('patient_keys');
  for (const step of STEPS) if ((await sealOpen(client, keyring, step)) > 0) changed.add(step.table);
  for (const table of TABLES) await client.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await client.query(`COMMENT ON TABLE patient_keys IS '${MOVED}'`);
  return [...changed];
}

async function moveWrapped(client: pg.Client, keyring: Keyring): Promise<number> {
  const { rows } = await client.query<{ patient_id: string; version: number; wrapped: Buffer }>(
    'SELECT patient_id, version, wrapped FROM patient_keys WHERE wrapped IS NOT NULL ORDER BY patient_id, version',
  );
  for (const { patient_id, version, wrapped } of rows) {
    const key = keyring.unwrap(wrapped, `patient_keys|wrapped|${patient_id}|${version}`);
    if ((await keyring.keysOf(patient_id)) === undefined) await keyring.makeKeys(patient_id, key);
  }
  const cleared = await client.query('UPDATE patient_keys SET wrapped = NULL WHERE wrapped IS NOT NULL');
  return cleared.rowCount ?? 0;
}

interface OpenRow {
  readonly id: string;
  readonly version: number;
  readonly patient_id: string;
  readonly words: string;
  readonly sealed: Buffer | null;
}

/** One column that stood open: which rows, and the statement that puts the sealed value (`$3`) in its place. */
interface Step {
  readonly table: string;
  readonly find: string;
  readonly put: string;
  seal(keyring: Keyring, keys: DataKeys, row: OpenRow): Uint8Array;
}

const LINKED = 'JOIN patient_links l USING (patient_key)';

const STEPS: readonly Step[] = [
  {
    table: 'observations',
    find: `SELECT o.id, o.version, l.patient_id, o.text AS words FROM observations o ${LINKED} WHERE o.modality IS NULL AND o.text IS NOT NULL`,
    put: 'UPDATE observations SET text = NULL, text_sealed = $3 WHERE id = $1 AND version = $2',
    seal: (keyring, keys, { id, version, words }) => keyring.sealFor(keys, json(words), textPlace(id, version)),
  },
  {
    table: 'imaging_studies',
    find: `SELECT o.id, 1 AS version, l.patient_id, o.description AS words FROM imaging_studies o ${LINKED} WHERE o.description IS NOT NULL`,
    put: 'UPDATE imaging_studies SET description = NULL, description_sealed = $3 WHERE id = $1 AND $2::int IS NOT NULL',
    seal: (keyring, keys, { id, words }) => keyring.sealFor(keys, json(words), studyTextPlace(id)),
  },
  {
    table: 'imaging_series',
    find: `SELECT o.id, 1 AS version, l.patient_id, o.description AS words FROM imaging_series o ${LINKED} WHERE o.description IS NOT NULL`,
    put: 'UPDATE imaging_series SET description = NULL, description_sealed = $3 WHERE id = $1 AND $2::int IS NOT NULL',
    seal: (keyring, keys, { id, words }) => keyring.sealFor(keys, json(words), seriesTextPlace(id)),
  },
  {
    table: 'reports',
    find: `SELECT o.id, o.version, l.patient_id, o.code_display AS words, o.sealed FROM reports o ${LINKED} WHERE o.code_display IS NOT NULL`,
    put: 'UPDATE reports SET code_display = NULL, sealed = $3 WHERE id = $1 AND version = $2',
    seal(keyring, keys, { id, version, words, sealed }) {
      const place = reportPlace(id, version);
      const content: unknown = JSON.parse(Buffer.from(keyring.openFor(keys, sealed ?? Buffer.alloc(0), place)).toString('utf8'));
      return keyring.sealFor(keys, json({ ...(content as object), codeDisplay: words }), place);
    },
  },
];

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function sealOpen(client: pg.Client, keyring: Keyring, step: Step): Promise<number> {
  for (let count = 0; ;) {
    const { rows } = await client.query<OpenRow>(`${step.find} LIMIT ${BATCH}`);
    if (rows.length === 0) return count;
    for (const row of rows) {
      const keys = await keyring.keysOf(row.patient_id);
      if (keys === undefined) throw new Error(`a row of ${step.table} belongs to a patient without keys`);
      await client.query(step.put, [row.id, row.version, step.seal(keyring, keys, row)]);
    }
    count += rows.length;
  }
}
