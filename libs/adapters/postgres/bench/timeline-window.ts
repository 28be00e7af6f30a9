import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { PatientId, SourceId, WardId } from '@concord/core/clinical';
import { days, hours, instant, minus, type Instant } from '@concord/core/kernel';
import type { AccessRequest, Actor, Keyring, SealedFiles } from '@concord/core/ports';
import { startCluster } from '../cluster/cluster.ts';
import { asOneOf } from '../rows.ts';
import { migrate, type AlsoMigrate } from '../schema/migrate.ts';
import type { Database } from '../database.ts';
import { openDatabase } from '../with-access.ts';

export interface WindowBenchSettings {
  /** Rows of the one patient. */
  readonly rows: number;
  /** Windows that are measured. */
  readonly samples: number;
  /** Readings of each sign in a minute: 1 for a monitor's averages, 60 for one a second. */
  readonly perMinute: number;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly also: readonly AlsoMigrate[];
  readonly log: (line: string) => void;
  /** Where the throw-away cluster lies; the system's temporary folder unless said. */
  readonly folder?: string;
}

export interface WindowBench {
  readonly rows: number;
  readonly rowsInWindow: number;
  readonly points: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly fillSeconds: number;
}

/** Respiration, SpO2, systolic, diastolic, pulse, temperature, oxygen flow. */
const CODES = ['9279-1', '2708-6', '8480-6', '8462-4', '8867-4', '8310-5', '3151-8'];
const STEP_MS = 60_000;
const FILL_STEP = 500_000;

const BASE: Omit<Actor, 'roles' | 'subject'> = { issuer: 'concord', login: 'bench', displayName: 'bench', clientId: 'bench', tokenId: 'bench' };
const SOURCE: Actor = { ...BASE, subject: 'bench', roles: ['integrator'], sourceId: asOneOf<SourceId>('integrator') };
const PHYSICIAN: Actor = { ...BASE, subject: '00000000-0000-4000-8000-000000000001', roles: ['physician'] };

/**
 * One patient with many rows in a cluster of its own; then windows of one day at one-minute resolution, at random days, each
 * through the whole of `withAccess`: decision, row-level security, record of the access, commit.
 */
export async function benchTimelineWindow(settings: WindowBenchSettings): Promise<WindowBench> {
  const folder = mkdtempSync(path.join(settings.folder ?? tmpdir(), 'concord-bench-'));
  chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataDir: path.join(folder, 'pg'), log: settings.log, settings: { max_wal_size: '8GB' } });
  try {
    await migrate(cluster.url('concord_owner', 'concord'), settings.also);
    const { keyring, files } = settings;
    const database = openDatabase({ url: cluster.url('app_rw', 'concord'), machine: 'api', keyring, files, demo: false });
    try {
      return await fillAndMeasure(settings, database, cluster.url('postgres', 'concord'));
    } finally {
      await database.close();
    }
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillAndMeasure(settings: WindowBenchSettings, database: Database, superuserUrl: string): Promise<WindowBench> {
  const end = instant(Math.floor(Date.now() / STEP_MS) * STEP_MS);
  const patientId = await admit(database, end);
  const began = performance.now();
  await fill(superuserUrl, { ...settings, patientId, end });
  const fillSeconds = (performance.now() - began) / 1000;
  settings.log(`${settings.rows} rows in ${fillSeconds.toFixed(0)} s`);
  const spanMs = (settings.rows / CODES.length / settings.perMinute) * STEP_MS;
  const times: number[] = [];
  let points = 0;
  for (let i = 0; i < settings.samples + 5; i += 1) {
    const to = instant(end - Math.floor(Math.random() * Math.max(0, spanMs - days(1))));
    const start = performance.now();
    const answer = await database.withAccess(looks(PHYSICIAN, patientId), (scope) =>
      scope.observations.window(patientId, CODES, minus(to, days(1)), to, STEP_MS),
    );
    // The first few warm the connection's prepared statements.
    if (i >= 5) times.push(performance.now() - start);
    points = answer.ok ? answer.value.length : 0;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { rows: settings.rows, rowsInWindow: CODES.length * 1440 * settings.perMinute, points, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), fillSeconds };
}

function looks(actor: Actor, patientId: PatientId | undefined): AccessRequest {
  const subject = patientId === undefined ? ({ kind: 'none' } as const) : ({ kind: 'patient', patientId } as const);
  return {
    actor,
    purpose: 'TREAT',
    action: patientId === undefined ? 'create' : 'search',
    resource: 'Observation',
    subject,
    unit: 'request',
    requestId: randomUUID(),
    entry: 'bench',
  };
}

async function admit(database: Database, now: Instant): Promise<PatientId> {
  const sourceId = asOneOf<SourceId>('integrator');
  const made = await database.withAccess(looks(SOURCE, undefined), async (scope) => {
    const { id } = await scope.patients.create({
      identifiers: [{ system: 'urn:concord:bench', value: 'bench' }],
      family: 'Bench',
      given: [],
      demographics: { sex: 'unknown' },
      sourceId,
    });
    const stay = { status: 'in-progress', class: 'IMP', start: minus(now, hours(1)) } as const;
    await scope.encounters.put({ patientId: id, identifiers: [], stay, locations: [{ wardId: asOneOf<WardId>('ward-a') }], sourceId });
    return id;
  });
  if (!made.ok) throw new Error(`the bench may not write: ${made.error.kind}`);
  return made.value;
}

interface Filling {
  readonly rows: number;
  readonly perMinute: number;
  readonly patientId: PatientId;
  readonly end: Instant;
  readonly log: (line: string) => void;
}

/** Straight into the table, as the superuser of the throw-away cluster: the filling is not what is measured. */
async function fill(url: string, { rows, perMinute, patientId, end, log }: Filling): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const text = `INSERT INTO observations (patient_key, id, version, revision, modality, code, code_system, number, unit, status, effective_at, available_at, device, source_id, blob_sha256)
    SELECT l.patient_key, gen_random_uuid(), 1, 2, 'vitals', ($2::text[])[1 + i % $3], 'http://loinc.org', 60 + 20 * random(), '/min', 'final', t, t, 'bed-1', 'integrator', '\\x00'
    FROM patient_links l, generate_series($4::bigint, $5::bigint - 1) i,
      LATERAL (SELECT $6::timestamptz - (i / $3) * interval '1 minute' / $7::int AS t) clock WHERE l.patient_id = $1`;
  for (let from = 0; from < rows; from += FILL_STEP) {
    await client.query(text, [patientId, CODES, CODES.length, from, Math.min(rows, from + FILL_STEP), new Date(end), perMinute]);
    if ((from / FILL_STEP) % 4 === 3) log(`${from + FILL_STEP} of ${rows} rows`);
  }
  await client.query('VACUUM (ANALYZE) observations');
  await client.end();
}
