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
import { openBare } from './bare.ts';
import { processor } from './processor.ts';
import { openDatabase } from '../with-access.ts';

export interface AuditedReadsSettings {
  readonly seconds: number;
  readonly clients: number;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly digest: Digest;
  readonly openTag: TagOpener;
  /** Starts the sequencer beside the reads, as an installation does, where it takes no turn of the thread that reads. */
  readonly sequence: (url: string) => Promise<{ stop(): Promise<void> }>;
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
  /** What the machine gives in the same rounds without walls, by as many clients (`bare.ts`): one row read, one inserted, both. */
  readonly bareReadsPerSecond: number;
  readonly bareWritesPerSecond: number;
  readonly bareReadsWithWritePerSecond: number;
  /** Processor of the thread that reads, and of the database with what the sequencer asks of it, for one audited read of the store. */
  readonly nodeMsPerRead: number;
  readonly serverMsPerRead: number;
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
  const sequencing = await settings.sequence(cluster.url('audit_sequencer', 'concord'));
  const rates = await ratesOf(settings, bench, patients).finally(() => sequencing.stop());
  return {
    ...rates,
    ...(await lagsOf(superuser, from)),
    bytesPerEvent: await bytesPerEvent(superuser),
    leavesPerSecond: await backlog(cluster, settings, superuser),
  };
}

type Rates = Omit<AuditedReads, 'bytesPerEvent' | 'leavesPerSecond' | keyof Lags>;

async function ratesOf(settings: AuditedReadsSettings, bench: Bench, patients: readonly PatientId[]): Promise<Rates> {
  const { cluster, database } = bench;
  const { clients, seconds } = settings;
  const bare = await openBare(cluster.url('postgres', 'concord'), clients);
  const reading: Way = (part) => storeReads(database, patients, { seconds: part, clients });
  await reading(2);
  const { audited, used } = counted(cluster, reading);
  const store = await inTurn(seconds, { audited, off: thrownAway(bench, reading), ...bare.ways }).finally(() => bare.close());
  const edge = await settings.overHttp({ appUrl: cluster.url('app_rw', 'concord'), patients });
  const overHttp: Way = (part) => edge.read(part, clients);
  const http = await overHttp(2)
    .then(() => inTurn(seconds, { audited: overHttp, off: thrownAway(bench, overHttp) }))
    .finally(() => edge.close());
  await pause(500);
  return {
    readsPerSecond: store.audited,
    readsPerSecondAuditOff: store.off,
    httpReadsPerSecond: http.audited,
    httpReadsPerSecondAuditOff: http.off,
    bareReadsPerSecond: store.read,
    bareWritesPerSecond: store.write,
    bareReadsWithWritePerSecond: store.readAndWrite,
    nodeMsPerRead: used.threadMs / used.reads,
    serverMsPerRead: used.serverMs / used.reads,
  };
}

/** The same reads, with the processor that they took added up. */
function counted(cluster: Cluster, read: Way): { readonly audited: Way; readonly used: { threadMs: number; serverMs: number; reads: number } } {
  const used = { threadMs: 0, serverMs: 0, reads: 0 };
  const audited: Way = async (part) => {
    const before = processor(cluster.serverPid);
    const reads = await read(part);
    const after = processor(cluster.serverPid);
    used.threadMs += after.threadMs - before.threadMs;
    used.serverMs += after.serverMs - before.serverMs;
    used.reads += reads;
    return reads;
  };
  return { audited, used };
}

function thrownAway({ superuser }: Bench, read: Way): Way {
  const trigger = (how: 'ENABLE' | 'DISABLE') => superuser.query(`ALTER TABLE audit_events ${how} TRIGGER thrown_away`);
  return async (part) => {
    await trigger('ENABLE');
    return read(part).finally(() => trigger('DISABLE'));
  };
}

// A trigger, not a switch: the product has none. Nor a rule: a prepared statement would stay without its table.
const THROWN_AWAY = `CREATE FUNCTION app.throw_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
  CREATE TRIGGER thrown_away BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION app.throw_away();
  ALTER TABLE audit_events DISABLE TRIGGER thrown_away`;

/** Does something for so many seconds. @returns how often. */
export type Way = (seconds: number) => Promise<number>;

/** Each way in turn, a part of the time at once, so that all meet the same machine. @returns how often a second. */
async function inTurn<K extends string>(seconds: number, ways: Readonly<Record<K, Way>>): Promise<Readonly<Record<K, number>>> {
  const names = Object.keys(ways) as K[];
  const rates = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (let round = 0; round < ROUNDS; round += 1) for (const name of names) rates[name] += (await ways[name](seconds / ROUNDS)) / seconds;
  return rates;
}

/** @returns how many patients were read. */
async function storeReads(
  database: Database,
  patients: readonly PatientId[],
  { seconds, clients }: Pick<AuditedReadsSettings, 'seconds' | 'clients'>,
): Promise<number> {
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
