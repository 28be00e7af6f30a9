import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createFileBlobs } from '@concord/adapters/blobs';
import { createTagOpener, digest, openKeyring } from '@concord/adapters/crypto';
import { migrate, openDatabase, openSequencer, startCluster } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { decodeEnvelope, leafHash, toHex, verifyConsistency } from '@concord/governance/audit';
import { eraseAs, fillPatient, plantedValues, type Planted } from './erasure.ts';
import type { TestStores } from './stores.ts';

/** Debian's Postgres 15: the embedded server ships no `pg_dump`. */
export const DEBIAN_BIN = '/usr/lib/postgresql/15/bin';

export interface CanaryReport {
  /** Planted values found before anybody was erased: what is sealed never stands open, so none. */
  readonly openBefore: readonly string[];
  /** Share of the links and blind indexes that the same search found while they were there: it can find what it looks for. */
  readonly seenBefore: number;
  /** After the recycling point of the log, by place: planted values, pairs of id and pseudonym, blind indexes of the erased. */
  readonly found: readonly string[];
  /** True when the head of before is a part of the head of after, and every leaf is still the hash of its event's bytes. */
  readonly proofsHold: boolean;
  readonly events: number;
  readonly secondsPerErasure: number;
}

/** Plants patients in a cluster of its own, erases all but one, and looks for them byte by byte. */
export async function canary(count: number): Promise<CanaryReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'concord-canary-'));
  chmodSync(folder, 0o755);
  const dataDir = path.join(folder, 'pg');
  const cluster = await startCluster({ dataDir, log: () => undefined, bin: DEBIAN_BIN });
  const database = { name: 'concord', url: (role: string) => cluster.url(role, 'concord') };
  await migrate(database.url('concord_owner'), [prepareQueue]);
  const keyring = await openKeyring(path.join(folder, 'site', 'root.key'));
  const shared = { keyring, files: createFileBlobs(path.join(folder, 'site', 'blobs')), demo: true, connections: 4 };
  const api = openDatabase({ url: database.url('app_rw'), machine: 'api', ...shared });
  const worker = openDatabase({ url: database.url('app_worker'), machine: 'worker', ...shared });
  const superuser = new pg.Client({ connectionString: database.url('postgres') });
  await superuser.connect();
  const stores: TestStores = { database, folder: path.join(folder, 'site'), keyring, api, worker, open: () => api, close: () => Promise.resolve() };
  try {
    return await plantAndErase({ stores, superuser, folder, dataDir, count });
  } finally {
    await Promise.all([superuser.end(), api.close(), worker.close()]);
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ground {
  readonly stores: TestStores;
  readonly superuser: pg.Client;
  readonly folder: string;
  readonly dataDir: string;
  readonly count: number;
}

async function plantAndErase({ stores, superuser, folder, dataDir, count }: Ground): Promise<CanaryReport> {
  const planted: Planted[] = [];
  for (let n = 0; n < count; n += 1) planted.push(await fillPatient(stores, n));
  const kept = await fillPatient(stores, count);
  const values = [...planted, kept].flatMap(plantedValues).map((text) => ({ what: text, bytes: Buffer.from(text) }));
  await superuser.query('CHECKPOINT');
  const openBefore = search(folder, values);
  const traces = await tracesOf(superuser, planted);
  const seenBefore = new Set(search(dataDir, traces).map((hit) => hit.slice(hit.indexOf(': ') + 2))).size / new Set(traces.map(({ what }) => what)).size;
  const log = await openSequencer({ url: stores.database.url('audit_sequencer'), digest, openTag: createTagOpener(randomBytes(32)) });
  if (log === undefined) throw new Error('another sequencer is at work');
  while ((await log.step()).leaves > 0);
  const before = log.head();
  const began = performance.now();
  for (const { patientId } of planted) if ((await eraseAs(stores, patientId)) !== 'erased') throw new Error('not erased');
  const secondsPerErasure = (performance.now() - began) / 1000 / count;
  // The recycling point: the log goes on in a new file, and a checkpoint removes the old ones.
  await superuser.query('SELECT pg_switch_wal()');
  await superuser.query('CHECKPOINT');
  const dump = spawnSync(path.join(DEBIAN_BIN, 'pg_dump'), ['--dbname', stores.database.url('postgres')], { maxBuffer: 1 << 30 });
  if (dump.status !== 0) throw new Error(`pg_dump: ${dump.stderr.toString()}`);
  const inDump = scan(dump.stdout, byFirstBytes(values)).map((what) => `dump: ${what}`);
  const found = [...search(folder, values), ...search(dataDir, traces), ...inDump];
  while ((await log.step()).leaves > 0);
  const proofsHold = await holds(superuser, log, before);
  await log.close();
  const { rows } = await superuser.query<{ n: number }>('SELECT count(*)::int AS n FROM audit_events');
  return { openBefore, seenBefore, found, proofsHold, events: rows[0]?.n ?? 0, secondsPerErasure };
}

interface Wanted {
  readonly what: string;
  readonly bytes: Buffer;
}

/** What would join an erased patient to a pseudonym or an identifier: the link as its row lies in a page, and every blind index. */
async function tracesOf(superuser: pg.Client, planted: readonly Planted[]): Promise<readonly Wanted[]> {
  const ids = planted.map(({ patientId }) => patientId);
  const links = await superuser.query<{ id: string; pair: Buffer }>(
    'SELECT patient_id AS id, uuid_send(patient_id) || uuid_send(patient_key) AS pair FROM patient_links WHERE patient_id = ANY ($1)',
    [ids],
  );
  const indexes = await superuser.query<{ id: string; index: Buffer }>(
    `SELECT patient_id AS id, value_index AS index FROM patient_identifiers WHERE patient_id = ANY ($1)
     UNION ALL SELECT l.patient_id, unnest(e.identifier_index) FROM encounters e JOIN patient_links l USING (patient_key) WHERE l.patient_id = ANY ($1)
     UNION ALL SELECT l.patient_id, r.identifier_index FROM reports r JOIN patient_links l USING (patient_key) WHERE l.patient_id = ANY ($1)
     UNION ALL SELECT l.patient_id, s.accession_index FROM imaging_studies s JOIN patient_links l USING (patient_key) WHERE l.patient_id = ANY ($1)`,
    [ids],
  );
  return [
    ...links.rows.map(({ id, pair }) => ({ what: `link of ${id}`, bytes: pair })),
    ...indexes.rows.map(({ id, index }) => ({ what: `blind index of ${id}`, bytes: index })),
  ];
}

/** Where any of these bytes stands below the folder: data files, log, temporary files, server's log, blobs, keys. */
function search(folder: string, wanted: readonly Wanted[]): readonly string[] {
  const table = byFirstBytes(wanted);
  const hits = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    for (const what of scan(readFileSync(file), table)) hits.add(`${path.relative(folder, file)}: ${what}`);
  }
  return [...hits];
}

type Table = readonly (readonly Wanted[] | undefined)[];

/** All values are looked for in one pass: each of hundreds on its own would read the files hundreds of times. */
function byFirstBytes(wanted: readonly Wanted[]): Table {
  const table = new Array<Wanted[] | undefined>(1 << 16);
  for (const one of wanted) (table[one.bytes.readUInt16BE(0)] ??= []).push(one);
  return table;
}

function scan(bytes: Buffer, table: Table): readonly string[] {
  const found: string[] = [];
  for (let at = 0, word = bytes[0] ?? 0; at + 1 < bytes.length; at += 1) {
    word = ((word << 8) | (bytes[at + 1] ?? 0)) & 0xffff;
    for (const { what, bytes: value } of table[word] ?? []) if (bytes.subarray(at, at + value.length).equals(value)) found.push(what);
  }
  return found;
}

type Log = NonNullable<Awaited<ReturnType<typeof openSequencer>>>;

async function holds(superuser: pg.Client, log: Log, before: ReturnType<Log['head']>): Promise<boolean> {
  const after = log.head();
  const proof = { first: before.size, second: after.size, firstRoot: before.root, secondRoot: after.root, path: await log.consistency(before.size) };
  if (!verifyConsistency(digest, proof)) return false;
  const { rows } = await superuser.query<{ leaf_hash: Buffer; envelope: Buffer; bytes: Buffer | null }>(
    'SELECT l.leaf_hash, l.envelope, e.bytes FROM audit_leaves l LEFT JOIN audit_events e ON e.n = l.event_n',
  );
  return rows.every(
    ({ leaf_hash, envelope, bytes }) =>
      bytes !== null &&
      toHex(leafHash(digest, envelope)) === toHex(leaf_hash) &&
      toHex(decodeEnvelope(envelope)?.eventHash ?? new Uint8Array()) === toHex(digest(bytes)),
  );
}
