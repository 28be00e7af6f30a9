import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { PatientId, SourceId, WardId } from '@concord/core/clinical';
import { hours, instant, minus } from '@concord/core/kernel';
import type { AccessRequest, Actor, Digest, Keyring, SealedFiles } from '@concord/core/ports';
import { openSequencer, type TagOpener } from '../audit-log/sequencer.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { asOneOf } from '../rows.ts';
import { migrate, type AlsoMigrate } from '../schema/migrate.ts';
import type { Database } from '../database.ts';
import { openDatabase } from '../with-access.ts';

export interface AuditedReadsSettings {
  readonly seconds: number;
  readonly clients: number;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly digest: Digest;
  readonly openTag: TagOpener;
  readonly also: readonly AlsoMigrate[];
  readonly log: (line: string) => void;
  /** Starts the edge over the database of the measurement. */
  readonly overHttp: (door: HttpDoor) => Promise<HttpReads>;
}

export interface HttpDoor {
  readonly appUrl: string;
  readonly patients: readonly PatientId[];
}

export interface HttpReads {
  /** Reads of one patient each for so long, by so many clients. @returns how many were answered. */
  read(seconds: number, clients: number): Promise<number>;
  close(): Promise<void>;
}

export interface AuditedReads {
  readonly readsPerSecond: number;
  /** The same reads while the database throws every event away: they are built and sent, and nothing is written. */
  readonly readsPerSecondAuditOff: number;
  readonly httpReadsPerSecond: number;
  readonly httpReadsPerSecondAuditOff: number;
  /** One row of 600 bytes, inserted and committed, by as many clients: what the disk and the machine give at that minute. */
  readonly bareWritesPerSecond: number;
  readonly events: number;
  readonly lagMsP50: number;
  readonly lagMsP99: number;
  readonly lagMsMax: number;
  readonly bytesPerEvent: number;
  /** What the sequencer does when it has nothing but a backlog. */
  readonly leavesPerSecond: number;
}

const PATIENTS = 200;
/** With and without the record in turn, so that both meet the same machine. */
const ROUNDS = 4;
const BACKLOG = 100_000;
const BASE: Omit<Actor, 'roles' | 'subject'> = { issuer: 'concord', login: 'bench', displayName: 'bench', clientId: 'bench', tokenId: 'bench' };
const SOURCE: Actor = { ...BASE, subject: 'bench', roles: ['integrator'], sourceId: asOneOf<SourceId>('integrator') };
const PHYSICIAN: Actor = { ...BASE, subject: '00000000-0000-4000-8000-000000000001', roles: ['physician'] };

/** Reads of one patient each through all of `withAccess`, the sequencer beside them; in a cluster of its own that goes afterwards. */
export async function benchAuditedReads(settings: AuditedReadsSettings): Promise<AuditedReads> {
  const folder = mkdtempSync(path.join(tmpdir(), 'concord-bench-'));
  chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataDir: path.join(folder, 'pg'), log: settings.log });
  const { keyring, files } = settings;
  try {
    await migrate(cluster.url('concord_owner', 'concord'), settings.also);
    const database = openDatabase({ url: cluster.url('app_rw', 'concord'), machine: 'api', keyring, files, demo: false, connections: settings.clients });
    const superuser = new pg.Client({ connectionString: cluster.url('postgres', 'concord') });
    await superuser.connect();
    try {
      return await measure(settings, { cluster, database, superuser });
    } finally {
      await superuser.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Bench {
  readonly cluster: Cluster;
  readonly database: Database;
  readonly superuser: pg.Client;
}

async function measure(settings: AuditedReadsSettings, bench: Bench): Promise<AuditedReads> {
  const { cluster, database, superuser } = bench;
  const patients: PatientId[] = [];
  for (let i = 0; i < PATIENTS; i += 1) patients.push(await admit(database, i));
  await superuser.query(THROWN_AWAY);
  const from = await lastEvent(superuser);
  const stop = new AbortController();
  const sequencing = sequence(cluster, settings, stop.signal);
  const [both, sequenced] = await Promise.allSettled([
    readBothWays(settings, bench, patients).finally(() => {
      stop.abort();
    }),
    sequencing,
  ]);
  // What went wrong first is what is told: the sequencer only loses its server after that.
  if (both.status === 'rejected') throw both.reason;
  if (sequenced.status === 'rejected') throw sequenced.reason;
  const { store, http } = both.value;
  return {
    readsPerSecond: store.audited,
    readsPerSecondAuditOff: store.off,
    httpReadsPerSecond: http.audited,
    httpReadsPerSecondAuditOff: http.off,
    bareWritesPerSecond: await bareWrites(cluster, settings),
    ...(await lagsOf(superuser, from)),
    bytesPerEvent: await bytesPerEvent(superuser),
    leavesPerSecond: await backlog(cluster, settings, superuser),
  };
}

async function readBothWays(
  settings: AuditedReadsSettings,
  bench: Bench,
  patients: readonly PatientId[],
): Promise<Readonly<Record<'store' | 'http', BothWays>>> {
  const { cluster, database } = bench;
  const store = await withAndWithout(bench, settings, (seconds) => storeReads(database, patients, { ...settings, seconds }));
  const edge = await settings.overHttp({ appUrl: cluster.url('app_rw', 'concord'), patients });
  const http = await withAndWithout(bench, settings, (seconds) => edge.read(seconds, settings.clients)).finally(() => edge.close());
  await pause(500);
  return { store, http };
}

// A trigger, not a switch: the product has none. Nor a rule: a prepared statement would stay without its table.
const THROWN_AWAY = `CREATE FUNCTION app.throw_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
  CREATE TRIGGER thrown_away BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION app.throw_away();
  ALTER TABLE audit_events DISABLE TRIGGER thrown_away`;

interface BothWays {
  readonly audited: number;
  readonly off: number;
}

/** @param read for so many seconds. @returns reads a second, with the record and with every event thrown away. */
async function withAndWithout({ superuser }: Bench, { seconds }: AuditedReadsSettings, read: (seconds: number) => Promise<number>): Promise<BothWays> {
  await read(2);
  const sums = { audited: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    await superuser.query('ALTER TABLE audit_events ENABLE TRIGGER thrown_away');
    sums.off += await read(seconds / ROUNDS);
    await superuser.query('ALTER TABLE audit_events DISABLE TRIGGER thrown_away');
    sums.audited += await read(seconds / ROUNDS);
  }
  return { audited: sums.audited / seconds, off: sums.off / seconds };
}

async function sequence(cluster: Cluster, { digest, openTag }: AuditedReadsSettings, signal: AbortSignal): Promise<void> {
  const sequencer = await openSequencer({ url: cluster.url('audit_sequencer', 'concord'), digest, openTag });
  if (sequencer === undefined) throw new Error('another sequencer is at work');
  while (!signal.aborted) {
    const { leaves } = await sequencer.step();
    await pause(leaves === 0 ? 100 : 25);
  }
  while ((await sequencer.step()).leaves > 0);
  await sequencer.close();
}

/** @returns how many patients were read. */
async function storeReads(database: Database, patients: readonly PatientId[], { seconds, clients }: AuditedReadsSettings): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let reads = 0;
  const client = async (first: number): Promise<void> => {
    for (let i = first; performance.now() < until; i += clients) {
      const patientId = patients[i % patients.length] ?? asOneOf<PatientId>('');
      const answer = await database.withAccess(looks(PHYSICIAN, patientId), (scope) => scope.patients.read(patientId));
      if (!answer.ok) throw new Error('a read of the measurement was refused');
      reads += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  return reads;
}

async function bareWrites(cluster: Cluster, { seconds, clients }: AuditedReadsSettings): Promise<number> {
  const pool = new pg.Pool({ connectionString: cluster.url('postgres', 'concord'), max: clients });
  await pool.query('CREATE TABLE scratch (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea)');
  const until = performance.now() + seconds * 1000;
  const bytes = Buffer.alloc(600, 7);
  let writes = 0;
  const client = async (): Promise<void> => {
    for (; performance.now() < until; writes += 1) await pool.query({ name: 'bare', text: 'INSERT INTO scratch (bytes) VALUES ($1)', values: [bytes] });
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.end();
  return writes / seconds;
}

async function lastEvent(superuser: pg.Client): Promise<string> {
  const { rows } = await superuser.query<{ n: string }>('SELECT coalesce(max(n), 0)::text AS n FROM audit_events');
  return rows[0]?.n ?? '0';
}

type Lags = Pick<AuditedReads, 'events' | 'lagMsP50' | 'lagMsP99' | 'lagMsMax'>;

async function lagsOf(superuser: pg.Client, from: string): Promise<Lags> {
  const text = `WITH lags AS (SELECT extract(epoch FROM b.sequenced_at - e.recorded_at) * 1000 AS ms FROM audit_events e JOIN audit_leaves l ON l.event_n = e.n
      JOIN audit_batches b ON l.leaf_index >= b.first_leaf AND l.leaf_index < b.first_leaf + b.leaves WHERE e.n > $1)
    SELECT count(*)::int AS events, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms)::float8 AS "lagMsP50",
      percentile_disc(0.99) WITHIN GROUP (ORDER BY ms)::float8 AS "lagMsP99", max(ms)::float8 AS "lagMsMax" FROM lags`;
  const { rows } = await superuser.query<Lags>(text, [from]);
  if (rows[0] === undefined) throw new Error('no event of the measurement was sequenced');
  return rows[0];
}

async function bytesPerEvent(superuser: pg.Client): Promise<number> {
  const { rows } = await superuser.query<{
    bytes: number;
  }>(`SELECT ((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('audit_events')) + pg_total_relation_size('audit_leaves')
    + pg_total_relation_size('audit_tiles') + pg_total_relation_size('audit_batches'))::float8 / count(*) AS bytes FROM audit_events`);
  return rows[0]?.bytes ?? Number.NaN;
}

async function backlog(cluster: Cluster, { digest, openTag }: AuditedReadsSettings, superuser: pg.Client): Promise<number> {
  await superuser.query(
    `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login, client_id,
       purpose, patient_key, request_id, bytes) SELECT gen_random_uuid(), pg_current_xact_id()::text, unit_id, unit_part, recorded_at, category, subtype, action, outcome,
       issuer, subject, login, client_id, purpose, patient_key, request_id, bytes FROM (SELECT * FROM audit_events ORDER BY n DESC LIMIT 1000) e, generate_series(1, $1)`,
    [BACKLOG / 1000],
  );
  const sequencer = await openSequencer({ url: cluster.url('audit_sequencer', 'concord'), digest, openTag });
  if (sequencer === undefined) throw new Error('another sequencer is at work');
  const began = performance.now();
  let leaves = 0;
  for (let step = await sequencer.step(); step.leaves > 0; step = await sequencer.step()) leaves += step.leaves;
  const seconds = (performance.now() - began) / 1000;
  await sequencer.close();
  return leaves / seconds;
}

function looks(actor: Actor, patientId: PatientId | undefined): AccessRequest {
  const subject = patientId === undefined ? ({ kind: 'none' } as const) : ({ kind: 'patient', patientId } as const);
  const action = patientId === undefined ? 'create' : 'read';
  return { actor, purpose: 'TREAT', action, resource: 'Patient', subject, unit: 'request', requestId: randomUUID(), entry: 'bench' };
}

async function admit(database: Database, i: number): Promise<PatientId> {
  const sourceId = asOneOf<SourceId>('integrator');
  const start = minus(instant(Date.now()), hours(1));
  const made = await database.withAccess(looks(SOURCE, undefined), async (scope) => {
    const identifiers = [{ system: 'urn:concord:bench', value: `bench-${i}` }];
    const { id } = await scope.patients.create({ identifiers, family: 'Bench', given: [], demographics: { sex: 'unknown' }, sourceId });
    await scope.encounters.put({
      patientId: id,
      identifiers: [{ system: 'urn:concord:bench:visit', value: `visit-${i}` }],
      stay: { status: 'in-progress', class: 'IMP', start },
      locations: [{ wardId: asOneOf<WardId>('ward-a'), bed: String(i), start, status: 'active' }],
      sourceId,
    });
    return id;
  });
  if (!made.ok) throw new Error('a patient of the measurement was not taken');
  return made.value;
}
