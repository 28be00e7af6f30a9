import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openBackend } from '../apps/api/src/open-backend.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { startEdge, type RunningEdge } from './edge.ts';

export const AUTHORITY = 'urn:concord:demo:mrn';
export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';

/** What tests look at in an answer; which of it is there depends on the answer, and the tests say so. */
export interface Wire {
  readonly resourceType: string;
  readonly id: string;
  readonly status: string;
  readonly meta: { readonly versionId: string; readonly lastUpdated: string };
  readonly issue: readonly { readonly code: string; readonly diagnostics: string; readonly expression: readonly string[] }[];
  readonly total: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry: readonly { readonly resource: Wire; readonly response: { readonly status: string; readonly location: string; readonly outcome: Wire } }[];
  readonly subject: { readonly reference: string };
  readonly code: { readonly coding: readonly { readonly system: string; readonly code: string }[] };
  readonly valueQuantity: { readonly value: number; readonly code: string };
  readonly effectiveDateTime: string;
  readonly presentedForm: readonly { readonly data: string }[];
  readonly errors: readonly { readonly line: number; readonly reason: string }[];
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly location: string;
  readonly text: string;
  readonly headers: Headers;
  readonly json: Wire;
}

export interface Admitted {
  readonly id: string;
  readonly mrn: string;
  readonly encounterId: string;
}

/** The real edge on a real database, with one patient after another to write about. */
export interface Door {
  readonly edge: RunningEdge;
  readonly database: TestDatabase;
  post(path: string, body: unknown, options?: { readonly as?: string; readonly type?: string }): Promise<Answer>;
  get(path: string, as?: string): Promise<Answer>;
  /** A patient with a running stay. */
  admit(ward?: string): Promise<Admitted>;
  /** Rows of the database itself, past every wall. */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** How many rows of patient data there are. */
  stored(): Promise<number>;
  close(): Promise<void>;
}

export async function openDoor(settings: Readonly<Record<string, string>> = {}): Promise<Door> {
  const database = await testDatabase();
  const edge = await startEdge({ backend: openBackend, databaseUrl: database.url('app_rw'), settings });
  const pool = new pg.Pool({ connectionString: database.url('postgres'), max: 1 });
  const rows: Door['rows'] = async (sql, values = []) => (await pool.query<Record<string, unknown>>(sql, [...values])).rows;
  const post: Door['post'] = async (path, body, { as = 'integrator', type = 'application/fhir+json' } = {}) =>
    read(
      await fetch(`${edge.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await edge.token(as)}`, 'content-type': type },
        body: bodyOf(body),
      }),
    );
  return {
    edge,
    database,
    post,
    get: async (path, as = 'integrator') => read(await edge.get(path, as)),
    admit: async (ward = 'ward-a') => {
      const mrn = `T-${randomUUID()}`;
      const id = idIn(await post('/fhir/R4/Patient', person(mrn)));
      return { id, mrn, encounterId: idIn(await post('/fhir/R4/Encounter', stay(id, ward))) };
    },
    rows,
    stored: async () => {
      const [found] = await rows(
        'SELECT (SELECT count(*) FROM patients) + (SELECT count(*) FROM encounters) + (SELECT count(*) FROM observations) + (SELECT count(*) FROM reports) + (SELECT count(*) FROM blobs) AS n',
      );
      return Number(found?.['n']);
    },
    close: async () => {
      await edge.close();
      await pool.end();
    },
  };
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

export async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  const json = (type.includes('json') && text !== '' ? JSON.parse(text) : {}) as Wire;
  return { status: answer.status, type, location: answer.headers.get('location') ?? '', text, headers: answer.headers, json };
}

export function idIn(answer: Answer): string {
  const id = /\/([0-9a-f-]{36})(\/_history\/\d+)?$/.exec(answer.location)?.[1];
  if (id === undefined) throw new Error(`no Location: ${answer.status} ${answer.text}`);
  return id;
}

export const minutesAgo = (count: number): string => new Date(Date.now() - count * 60_000).toISOString();
export const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit });

export function person(mrn: string, more: object = {}) {
  return {
    resourceType: 'Patient',
    identifier: [{ system: AUTHORITY, value: mrn }],
    birthDate: '1961-04-12',
    gender: 'female',
    name: [{ family: 'Testerin', given: ['Petra'] }],
    ...more,
  };
}

export function stay(patientId: string, ward = 'ward-a', more: object = {}) {
  return {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: `Patient/${patientId}` },
    period: { start: minutesAgo(24 * 60) },
    location: [{ location: { reference: `Location/${ward}` }, status: 'active' }],
    ...more,
  };
}

export function sign(patientId: string, code: string, value: object, more: object = {}) {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: minutesAgo(25),
    valueQuantity: value,
    ...more,
  };
}

export const pulse = (patientId: string, value: number, more: object = {}) => sign(patientId, '8867-4', quantity(value, '/min'), more);

export function report(patientId: string, text: string, more: object = {}) {
  return {
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'RAD' }] }],
    code: { coding: [{ system: LOINC, code: '30746-2' }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: minutesAgo(40),
    issued: minutesAgo(30),
    presentedForm: [{ contentType: 'text/plain', language: 'en', data: Buffer.from(text).toString('base64'), title: 'Chest radiograph' }],
    ...more,
  };
}

export function bundle(type: string, resources: readonly object[]) {
  return {
    resourceType: 'Bundle',
    type,
    entry: resources.map((resource) => ({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource,
      request: { method: 'POST', url: (resource as { resourceType: string }).resourceType },
    })),
  };
}

/** Resources of a searchset. */
export function found({ json }: Answer): readonly Wire[] {
  return 'entry' in json ? json.entry.map(({ resource }) => resource) : [];
}
