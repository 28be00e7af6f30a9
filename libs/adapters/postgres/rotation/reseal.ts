import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { KeyVersions } from '@concord/core/ports';
import { blobFile } from '../places.ts';
import { aboutPatient, PatientGone, resealRows, type ResealParts } from './reseal-rows.ts';

/** Patients who take each step together: a step waits for the transactions of others once, not once for each patient. */
const GROUP = 50;
const LOOK_MS = 50;
/** A transaction that is open longer than this is a fault of somebody's; the run ends and goes on with the next call. */
const PATIENCE_MS = 10 * 60_000;

export interface ResealSettings extends ResealParts {
  readonly ownerUrl: string;
  /** Each step is asked for while the patient's row is locked, and may be asked for again. */
  readonly versions: KeyVersions;
  /** One patient; everybody without it. */
  readonly only: string | undefined;
  /** Writes the record before anything is sealed under the new key, and before the old one goes. @throws when it cannot be kept: then neither happens. */
  readonly record: (patientId: string, what: ResealStep) => Promise<void>;
  /** After each group. */
  readonly progress: (figures: Resealed) => void;
}

export type ResealStep = { readonly step: 'begun'; readonly version: number } | ({ readonly step: 'done'; readonly version: number } & Counts);

interface Counts {
  readonly values: number;
  readonly blobs: number;
}

export interface Resealed extends Counts {
  readonly patients: number;
}

interface Renewal {
  readonly id: string;
  readonly version: number;
  readonly counts: Counts;
}

/**
 * Seals what is stored of each patient anew, under a fresh data key, while the system serves. A step changes what can be read or
 * written only after every transaction has ended that could not know of the step before: the new version opens, then it seals,
 * then nothing is left under the old one, then the old one is destroyed. Whatever is interrupted is taken up by the next call.
 */
export async function reseal(settings: ResealSettings): Promise<Resealed> {
  const client = new pg.Client({ connectionString: settings.ownerUrl, options: '-c lock_timeout=60s' });
  await client.connect();
  try {
    const began = settings.only === undefined ? await runOf(client) : undefined;
    const ids = settings.only === undefined ? await waiting(client, began) : [settings.only];
    let done: Resealed = { patients: 0, values: 0, blobs: 0 };
    for (let at = 0; at < ids.length; at += GROUP) {
      done = sum(done, await renew(client, settings, ids.slice(at, at + GROUP)));
      settings.progress(done);
    }
    await removeOldFiles(client, settings);
    if (began !== undefined) await client.query('UPDATE key_reseals SET finished_at = now() WHERE finished_at IS NULL');
    return done;
  } finally {
    await client.end();
  }
}

/** The moment of the run that was not finished, or of a new one. */
async function runOf(client: pg.Client): Promise<Date> {
  await client.query('INSERT INTO key_reseals (id) SELECT $1 WHERE NOT EXISTS (SELECT FROM key_reseals WHERE finished_at IS NULL)', [randomUUID()]);
  const { rows } = await client.query<{ began_at: Date }>('SELECT began_at FROM key_reseals WHERE finished_at IS NULL');
  if (rows[0] === undefined) throw new Error('the run did not begin');
  return rows[0].began_at;
}

/** Whose newest key is older than the run, and whose old one was not destroyed yet. */
async function waiting(client: pg.Client, began: Date | undefined): Promise<readonly string[]> {
  const text = `SELECT patient_id FROM patient_keys GROUP BY patient_id HAVING max(made_at) < $1 OR count(*) > 1 ORDER BY patient_id`;
  const { rows } = await client.query<{ patient_id: string }>(text, [began]);
  return rows.map(({ patient_id }) => patient_id);
}

async function renew(client: pg.Client, settings: ResealSettings, ids: readonly string[]): Promise<Resealed> {
  let group = await ofEach(ids, (id) => prepare(client, settings, id));
  await othersHaveEnded(client);
  group = await ofEach(group, (one) => promoted(client, settings, one));
  let changed: number;
  do {
    await othersHaveEnded(client);
    const before = valuesOf(group);
    group = await ofEach(group, (one) => passed(client, settings, one));
    changed = valuesOf(group) - before;
  } while (changed > 0);
  await ofEach(group, (one) => retired(client, settings, one));
  await removeOldFiles(client, settings);
  return group.reduce<Resealed>((total, { counts }) => sum(total, { patients: 1, ...counts }), { patients: 0, values: 0, blobs: 0 });
}

/** Each in its turn; whoever was erased meanwhile leaves the group. */
async function ofEach<T, R>(items: readonly T[], work: (item: T) => Promise<R | undefined>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) {
    const result = await work(item).catch((error: unknown) => {
      if (error instanceof PatientGone) return undefined;
      throw error;
    });
    if (result !== undefined) results.push(result);
  }
  return results;
}

async function prepare(client: pg.Client, { versions, record }: ResealSettings, id: string): Promise<Renewal | undefined> {
  const version = await aboutPatient(client, id, async () => {
    const next = await versions.prepare(id);
    if (next === undefined) return undefined;
    const text = `INSERT INTO patient_keys (patient_id, version, source_id)
      SELECT $1, $2, source_id FROM patient_keys WHERE patient_id = $1 ORDER BY version DESC LIMIT 1 ON CONFLICT DO NOTHING`;
    await client.query(text, [id, next]);
    return next;
  });
  if (version === undefined) return undefined;
  await record(id, { step: 'begun', version });
  return { id, version, counts: { values: 0, blobs: 0 } };
}

async function promoted(client: pg.Client, { versions }: ResealSettings, one: Renewal): Promise<Renewal | undefined> {
  return (await aboutPatient(client, one.id, () => versions.promote(one.id))) === undefined ? undefined : one;
}

async function passed(client: pg.Client, settings: ResealSettings, { id, version, counts }: Renewal): Promise<Renewal | undefined> {
  const keys = await settings.keyring.keysOf(id);
  if (keys === undefined) return undefined;
  const { values, blobs } = await resealRows(client, settings, { id, keys });
  return { id, version, counts: { values: counts.values + values, blobs: counts.blobs + blobs } };
}

async function retired(client: pg.Client, { versions, record }: ResealSettings, one: Renewal): Promise<Renewal> {
  await record(one.id, { step: 'done', version: one.version, ...one.counts });
  await aboutPatient(client, one.id, async () => {
    await versions.retire(one.id);
    await client.query('DELETE FROM patient_keys WHERE patient_id = $1 AND version < $2', [one.id, one.version]);
  });
  return one;
}

/** Files that were replaced, once every transaction has ended that may have read the row of before. */
async function removeOldFiles(client: pg.Client, { files }: ResealSettings): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM resealed_files');
  if (rows.length === 0) return;
  await othersHaveEnded(client);
  for (const { name } of rows) {
    await files.remove(blobFile(name));
    await client.query('DELETE FROM resealed_files WHERE name = $1', [name]);
  }
}

/** Transactions of this database by whoever they are; autovacuum has no user, and reads no key. */
const OTHERS = `SELECT l.virtualtransaction AS id FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database() AND a.usesysid IS NOT NULL AND l.pid <> pg_backend_pid()`;

/**
 * Waits until every transaction has ended that runs now: what begins later reads the keys anew.
 * @throws when one stays open too long.
 */
async function othersHaveEnded(client: pg.Client): Promise<void> {
  const running = async (): Promise<ReadonlySet<string>> => new Set((await client.query<{ id: string }>(OTHERS)).rows.map(({ id }) => id));
  let left = await running();
  for (let waited = 0; left.size > 0; waited += LOOK_MS) {
    if (waited > PATIENCE_MS) throw new Error('a transaction of somebody else has been open for ten minutes: end it, and call again');
    await pause(LOOK_MS);
    const now = await running();
    left = new Set([...left].filter((id) => now.has(id)));
  }
}

function valuesOf(group: readonly Renewal[]): number {
  return group.reduce((total, { counts }) => total + counts.values + counts.blobs, 0);
}

function sum(a: Resealed, b: Resealed): Resealed {
  return { patients: a.patients + b.patients, values: a.values + b.values, blobs: a.blobs + b.blobs };
}
