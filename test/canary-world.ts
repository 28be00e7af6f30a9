import { join } from 'node:path';
import { createHash } from 'node:crypto';
import pg from 'pg';
import { expect } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import type { Database } from '@concord/adapters/postgres';
import { chestPhantom, phantomDicom, type FilmFile } from '@concord/generator';
import type { Config } from '../apps/api/src/config.ts';
import { openBackend } from '../apps/api/src/open-backend.ts';
import { openAccess } from '../apps/worker/src/access.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { place, stowAt } from './dicom-door.ts';
import { multipart } from './dicom-files.ts';
import { startEdge, type RunningEdge } from './edge.ts';
import { AUTHORITY, idIn, minutesAgo, person, quantity, read, report, sign, stay } from './fhir-door.ts';
import { asks, WORKER } from './people.ts';
import { assessment } from './records.ts';

/** A patient whose every value occurs nowhere else: what is found in an answer says whose it is. */
export interface Canary {
  readonly id: string;
  readonly ward: string;
  /** Ids of what is stored about the patient, by kind. */
  readonly ids: Readonly<Record<'Patient' | 'Encounter' | 'Observation' | 'DiagnosticReport' | 'RiskAssessment' | 'ImagingStudy', string>>;
  readonly film: FilmFile;
  /** Names, numbers, dates and texts that only this patient has. */
  readonly values: readonly string[];
  /** Hash of the rendered film: a picture is found by it. */
  readonly pictureSha256: string;
  /** Values that may stand in no log, address, job or metric: all but the opaque ids. */
  readonly secrets: readonly string[];
}

export interface World {
  readonly edge: RunningEdge;
  readonly database: TestDatabase;
  readonly worker: Database;
  readonly canaries: readonly Canary[];
  /** Lines that the edge wrote into its log. */
  readonly log: readonly string[];
  rows<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  close(): Promise<void>;
}

interface Planned {
  readonly ward: string;
  readonly family: string;
  readonly given: string;
  readonly mrn: string;
  readonly birthDate: string;
  readonly phrase: string;
}

const PLANNED: readonly Planned[] = [
  { ward: 'ward-a', family: 'Quillfeather', given: 'Ottoline', mrn: 'CANARY-770431', birthDate: '1931-08-07', phrase: 'zephyrine opacity' },
  { ward: 'ward-a', family: 'Brackenridge', given: 'Thaddea', mrn: 'CANARY-118276', birthDate: '1942-11-19', phrase: 'umbrageous hilum' },
  { ward: 'ward-b', family: 'Vandersloot', given: 'Perpetua', mrn: 'CANARY-903652', birthDate: '1953-02-23', phrase: 'marmoreal effusion' },
];

/** The real edge and the real database with three such patients in two wards. */
export async function openWorld(): Promise<World> {
  const database = await testDatabase();
  const log: string[] = [];
  let config: Config | undefined;
  const edge = await startEdge({
    backend: (given) => {
      config = given;
      return openBackend(given);
    },
    databaseUrl: database.url('app_rw'),
    log: (line) => log.push(line),
  });
  if (config === undefined) throw new Error('the edge was built without its settings');
  const { dataDir, keyFile, modelsDir } = config;
  const worker = await openAccess({
    databaseUrl: database.url('app_worker'),
    demo: true,
    dataDir,
    keyFile,
    modelsDir,
    auditDir: join(dataDir, 'audit'),
    watch: { patients: 1_000, windowMs: 60_000 },
    atna: undefined,
  });
  const pool = new pg.Pool({ connectionString: database.url('postgres'), max: 2 });
  const canaries: Canary[] = [];
  for (const [index, planned] of PLANNED.entries()) canaries.push(await admit({ edge, worker }, planned, index));
  return {
    edge,
    database,
    worker,
    canaries,
    log,
    rows: async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) => (await pool.query<R>(sql, [...values])).rows,
    close: async () => {
      await edge.close();
      await worker.close();
      await pool.end();
    },
  };
}

type Places = Pick<World, 'edge' | 'worker'>;

async function admit({ edge, worker }: Places, planned: Planned, index: number): Promise<Canary> {
  const { ward, family, given, mrn, birthDate, phrase } = planned;
  const post = async (type: string, body: object): Promise<string> => idIn(await read(await edge.post(`/fhir/R4/${type}`, 'integrator', body)));
  const id = await post('Patient', person(mrn, { name: [{ family, given: [given] }], birthDate }));
  const encounter = await post('Encounter', stay(id, ward));
  const temperature = 37.1 + index * 0.1 + 0.0137;
  const observation = await post('Observation', sign(id, '8310-5', quantity(temperature, 'Cel')));
  const diagnostic = await post('DiagnosticReport', report(id, `FINDINGS: There is a ${phrase} on the left.\nIMPRESSION: ${phrase}.`));
  const phantom = chestPhantom({ seed: 20 + index, findings: [], size: 64 });
  const film = phantomDicom(phantom, { seed: 9_100 + index, patientId: mrn, takenAt: instant(Date.now() - 1_800_000), viewPosition: 'PA' });
  const sent = await stowAt(edge, multipart([film.bytes]));
  expect(sent.status, sent.text).toBe(200);
  const study = await read(await edge.get(`/fhir/R4/ImagingStudy?patient=${id}`, 'physician'));
  const studyId = (JSON.parse(study.text) as { entry: { resource: { id: string } }[] }).entry[0]?.resource.id ?? '';
  const score = await job(worker, id, (scope) => scope.assessments.save(assessment(id as PatientId, 9)));
  const picture = await edge.get(`${place(film)}/rendered`, 'physician', { accept: 'image/png' });
  const ids = {
    Patient: id,
    Encounter: encounter,
    Observation: observation,
    DiagnosticReport: diagnostic,
    RiskAssessment: String(score),
    ImagingStudy: studyId,
  };
  const secrets = [family, given, mrn, birthDate, phrase, birthDate.replaceAll('-', '')];
  return {
    id,
    ward,
    ids,
    film,
    secrets,
    values: [...secrets, ...Object.values(ids), film.studyInstanceUid, film.sopInstanceUid],
    pictureSha256: createHash('sha256')
      .update(Buffer.from(await picture.arrayBuffer()))
      .digest('hex'),
  };
}

async function job<T>(worker: Database, id: string, work: (scope: AccessScope) => Promise<T>): Promise<T> {
  const done = await worker.withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId: id as PatientId, unit: 'job' }), work);
  if (!done.ok) throw new Error('the job was refused');
  return done.value;
}

/** One request of the run. */
export interface Visit {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly as: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

const READERS = ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'patient'] as const;

/** Requests for every route of the running server, every reader and every canary, with whatever id the route may take. */
export function visits({ edge, canaries }: World): readonly Visit[] {
  const routes = edge.routes.list().filter(({ path }) => !path.startsWith('/auth') && !path.startsWith('/events'));
  const every = routes.flatMap((route) => canaries.flatMap((canary) => filled(route.path, canary).map((path) => ({ method: route.method, path }))));
  const asked = every.flatMap(({ method, path }) => READERS.flatMap((as) => visitOf(method, path, as)));
  // A route without an id would stand there once for every canary.
  return [...new Map([...asked, ...questions(canaries)].map((visit) => [JSON.stringify(visit), visit])).values()];
}

function visitOf(method: string, path: string, as: string): readonly Visit[] {
  if (method === 'GET') return [{ method, path, as, headers: acceptOf(path) }];
  if (method === 'HEAD') return [{ method, path, as, headers: acceptOf(path) }];
  if (method === 'POST') return [{ method, path, as, headers: { 'content-type': 'application/fhir+json' }, body: '{}' }];
  return [];
}

function acceptOf(path: string): Readonly<Record<string, string>> {
  if (path.endsWith('/rendered')) return { accept: 'image/png' };
  if (/\/instances\/[\d.]+$/.test(path)) return { accept: 'application/dicom' };
  return { accept: '*/*' };
}

/** A route's pattern with ids in it: each of the canary's where the name does not say which. */
function filled(pattern: string, { ids, film }: Canary): readonly string[] {
  const named = pattern
    .replace(':study', film.studyInstanceUid)
    .replace(':series', film.seriesInstanceUid)
    .replace(':sop', film.sopInstanceUid)
    .replace(':frame', '1')
    .replace(':version', '1')
    .replace(':reportId', ids.DiagnosticReport);
  const type = /\/fhir\/R4\/([A-Za-z]+)/.exec(pattern)?.[1];
  const own = Object.entries(ids).find(([kind]) => kind === type)?.[1];
  const candidates = own === undefined ? (pattern.includes('/patients/') ? [ids.Patient] : Object.values(ids)) : [own];
  return /:[a-z]/i.test(named) ? candidates.map((id) => named.replaceAll(/:[A-Za-z]+/g, id)) : [named];
}

const TYPES = ['Encounter', 'Observation', 'DiagnosticReport', 'ImagingStudy', 'RiskAssessment'];

function questions(canaries: readonly Canary[]): readonly Visit[] {
  return canaries.flatMap((canary) => READERS.flatMap((as) => asking(canary, as))).concat(writes(canaries));
}

function asking({ id, values, film, ward }: Canary, as: string): readonly Visit[] {
  const mrn = values[2] ?? '';
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return [
    ...TYPES.map((type): Visit => ({ method: 'GET', path: `/fhir/R4/${type}?patient=${id}`, as })),
    { method: 'POST', path: '/fhir/R4/Patient/_search', as, headers: form, body: `identifier=${encodeURIComponent(`${AUTHORITY}|${mrn}`)}` },
    { method: 'GET', path: `/api/v1/worklist?ward=${ward}`, as },
    { method: 'GET', path: `/dicom-web/studies?StudyInstanceUID=${film.studyInstanceUid}`, as, headers: { accept: 'application/dicom+json' } },
    { method: 'GET', path: `/audit?patient=${id}`, as },
    { method: 'GET', path: `/audit/people?patient=${id}`, as },
    { method: 'GET', path: `/audit?patient=${id}`, as, headers: { accept: 'application/fhir+ndjson' } },
    { method: 'GET', path: `/fhir/R4/Observation?patient=${id}&code=8310-5&_count=1`, as },
  ];
}

/** What a source sends about canaries: single, together, each for itself, as a file, and wrongly. */
function writes(canaries: readonly Canary[]): readonly Visit[] {
  const fhir = { 'content-type': 'application/fhir+json' };
  const entry = ({ id }: Canary) => ({ resource: sign(id, '8867-4', quantity(70, '/min')), request: { method: 'POST', url: 'Observation' } });
  const bundle = (type: string) => JSON.stringify({ resourceType: 'Bundle', type, entry: canaries.map(entry) });
  const rows = canaries.map(({ values }) => `${values[2] ?? ''},,8867-4,71,/min,${minutesAgo(2)},`).join('\n');
  const wrong = canaries.map(({ values }) => `${values[2] ?? ''},,8867-4,nonsense,/min,${minutesAgo(2)},`).join('\n');
  const head = 'patient,device,code,value,unit,effectiveAt,sentAt\n';
  const csv = { 'content-type': 'text/csv' };
  return ['integrator', 'physician'].flatMap((as): Visit[] => [
    { method: 'POST', path: '/fhir/R4', as, headers: fhir, body: bundle('transaction') },
    { method: 'POST', path: '/fhir/R4', as, headers: fhir, body: bundle('batch') },
    { method: 'POST', path: '/fhir/R4/Observation', as, headers: fhir, body: JSON.stringify(canaries[0] === undefined ? {} : entry(canaries[0]).resource) },
    { method: 'POST', path: '/fhir/R4/Patient', as, headers: fhir, body: JSON.stringify(person(canaries[0]?.values[2] ?? '', { birthDate: 'never' })) },
    { method: 'POST', path: '/api/v1/ingest/wearables/csv', as, headers: csv, body: head + rows },
    { method: 'POST', path: '/api/v1/ingest/wearables/csv', as, headers: csv, body: head + wrong },
  ]);
}
