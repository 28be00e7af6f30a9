import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../apps/api/src/open-backend.ts';
import { testDatabase, type TestDatabase } from '../database.ts';
import { startEdge, type RunningEdge } from '../edge.ts';

const AUTHORITY = 'urn:concord:demo:mrn';

interface Made {
  readonly id: string;
  readonly encounterId: string;
  readonly observationId: string;
  readonly family: string;
  readonly mrn: string;
}

let database: TestDatabase;
let edge: RunningEdge;
let a: Made;
let b: Made;

beforeAll(async () => {
  database = await testDatabase();
  edge = await startEdge({ backend: openBackend, databaseUrl: database.url('app_rw') });
  a = await admit('ward-a', 'Alderton');
  b = await admit('ward-b', 'Bexley');
});
afterAll(() => edge.close());

async function create(type: string, resource: object): Promise<string> {
  const answer = await edge.post(`/fhir/R4/${type}`, 'integrator', { resourceType: type, ...resource });
  expect([type, answer.status, answer.status === 201 ? '' : await answer.text()]).toEqual([type, 201, '']);
  return new RegExp(`${type}/([^/]+)`).exec(answer.headers.get('location') ?? '')?.[1] ?? '';
}

async function admit(ward: string, family: string): Promise<Made> {
  const mrn = `T-${randomUUID().slice(0, 8)}`;
  const id = await create('Patient', {
    identifier: [{ system: AUTHORITY, value: mrn }],
    name: [{ family, given: ['Test'] }],
    birthDate: '1961-04-12',
    gender: 'female',
  });
  const encounterId = await create('Encounter', encounter(id, ward, 'in-progress'));
  const observationId = await create('Observation', pulse(id, 72));
  return { id, encounterId, observationId, family, mrn };
}

function encounter(id: string, ward: string, status: string, more: object = {}): object {
  return {
    status,
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: `Patient/${id}` },
    period: { start: new Date(Date.now() - 86_400_000).toISOString() },
    location: [{ location: { reference: `Location/${ward}` }, status: 'active' }],
    ...more,
  };
}

function pulse(id: string, value: number): object {
  return {
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${id}` },
    effectiveDateTime: new Date(Date.now() - 600_000).toISOString(),
    valueQuantity: { value, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  };
}

const volatile = /^(date|x-request-id|keep-alive|connection|transfer-encoding)$/;
async function whole(answer: Response) {
  const headers = [...answer.headers].filter(([name]) => !volatile.test(name)).sort();
  return { status: answer.status, headers, body: await answer.text() };
}

/** Every path that names a patient's data by an id, and the same with an id that nobody has. */
const points = (p: Made): [string, string][] => [
  [`/fhir/R4/Patient/${p.id}`, `/fhir/R4/Patient/${randomUUID()}`],
  [`/fhir/R4/Encounter/${p.encounterId}`, `/fhir/R4/Encounter/${randomUUID()}`],
  [`/fhir/R4/Observation/${p.observationId}`, `/fhir/R4/Observation/${randomUUID()}`],
  [`/api/v1/patients/${p.id}`, `/api/v1/patients/${randomUUID()}`],
  [`/api/v1/patients/${p.id}/timeline`, `/api/v1/patients/${randomUUID()}/timeline`],
  [`/api/v1/patients/${p.id}/assessments?task=physiological-decline-24h`, `/api/v1/patients/${randomUUID()}/assessments?task=physiological-decline-24h`],
];

describe('who reaches whom', () => {
  it('lets ward staff read the patients of their wards, and nobody who lies elsewhere', async () => {
    for (const patient of [a, b]) expect((await edge.get(`/fhir/R4/Patient/${patient.id}`, 'physician')).status).toBe(200);
    expect((await edge.get(`/fhir/R4/Patient/${a.id}`, 'nurse')).status).toBe(200);
    expect((await edge.get(`/fhir/R4/Patient/${b.id}`, 'nurse')).status).toBe(404);
  });

  it('answers denied and absent with the same bytes, on every path by an id', async () => {
    for (const who of ['nurse', 'steward', 'privacy', 'patient', 'radiologist']) {
      for (const [real, absent] of points(b)) {
        const [denied, missing] = [await whole(await edge.get(real, who)), await whole(await edge.get(absent, who))];
        expect([who, real, missing.status]).toEqual([who, real, 404]);
        expect([who, real, denied]).toEqual([who, real, missing]);
        expect(denied.body).not.toContain(b.family);
      }
    }
  });

  it('refuses a study or a list as it refuses anything else: a refusal that cannot be recorded would be a fault of ours', async () => {
    for (const who of ['steward', 'privacy']) {
      expect([who, (await edge.get('/dicom-web/studies/1.2.3/metadata', who)).status]).toEqual([who, 404]);
      expect([who, (await edge.get('/api/v1/worklist?ward=ward-a', who)).status]).toEqual([who, 403]);
    }
  });

  it('gives a receipt of the record to whoever asks for one, and to nobody else', async () => {
    const asked = await edge.get(`/fhir/R4/Patient/${a.id}`, 'physician', { 'x-concord-audit-receipt': 'please' });
    expect(asked.headers.get('x-concord-audit-receipt') ?? '').toMatch(/^v1\./);
    expect((await edge.get(`/fhir/R4/Patient/${a.id}`, 'physician')).headers.get('x-concord-audit-receipt')).toBeNull();
  });

  it('hides other wards from a search and from its count', async () => {
    const found = (await (await edge.get(`/fhir/R4/Patient?_id=${a.id},${b.id}`, 'nurse')).json()) as {
      total?: number;
      entry?: { resource: { id: string } }[];
    };
    expect(found.entry?.map(({ resource }) => resource.id)).toEqual([a.id]);
    expect(found.total ?? 1).toBe(1);
    expect(await (await edge.get('/api/v1/worklist', 'nurse')).text()).not.toContain(b.family);
    const list = (await (await edge.get('/api/v1/patients', 'nurse')).json()) as { total: number; items: { family: string }[] };
    expect([list.total, list.items.map(({ family }) => family)]).toEqual([1, [a.family]]);
  });

  it('lets a source read back what it wrote, and no score', async () => {
    expect((await edge.get(`/fhir/R4/Patient/${b.id}`, 'integrator')).status).toBe(200);
    expect((await edge.get(`/api/v1/patients/${b.id}/assessments?task=physiological-decline-24h`, 'integrator')).status).toBe(404);
  });

  it('lets nobody but a source write', async () => {
    for (const who of ['physician', 'nurse', 'radiologist', 'privacy', 'steward', 'patient']) {
      const answer = await edge.post('/fhir/R4/Observation', who, { resourceType: 'Observation', ...pulse(a.id, 199) });
      expect([who, [403, 404].includes(answer.status)]).toEqual([who, true]);
    }
  });

  it('ends access with a transfer, at the next request', async () => {
    const moved = await admit('ward-a', 'Carrow');
    expect((await edge.get(`/fhir/R4/Patient/${moved.id}`, 'nurse')).status).toBe(200);
    const ended = new Date().toISOString();
    const location = [
      { location: { reference: 'Location/ward-a' }, status: 'completed', period: { end: ended } },
      { location: { reference: 'Location/ward-b' }, status: 'active', period: { start: ended } },
    ];
    const current = (await (await edge.get(`/fhir/R4/Encounter/${moved.encounterId}`, 'integrator')).json()) as object;
    const answer = await edge.post('/fhir/R4/Encounter', 'integrator', { ...current, id: undefined, meta: undefined, location });
    expect([200, 201]).toContain(answer.status);
    expect((await edge.get(`/fhir/R4/Patient/${moved.id}`, 'nurse')).status).toBe(404);
    expect((await edge.get(`/fhir/R4/Patient/${moved.id}`, 'physician')).status).toBe(200);
  });
});

describe('the audit record', () => {
  interface Event {
    readonly action: string;
    readonly outcome: string;
  }
  const events = async (query: string): Promise<readonly Event[]> => {
    const answer = await edge.get(`/audit?${query}`, 'privacy');
    expect(answer.status).toBe(200);
    const { entry = [] } = (await answer.json()) as { entry?: { resource: Event }[] };
    return entry.map(({ resource }) => resource);
  };

  it('holds one event for a read, with its request id and without a name', async () => {
    const fresh = await admit('ward-a', 'Dunmore');
    const sent = randomUUID();
    await edge.get(`/api/v1/patients/${fresh.id}`, 'physician', { 'x-request-id': sent });
    const found = await events(`patient=${fresh.id}&user=physician`);
    expect(found.map(({ action, outcome }) => [action, outcome])).toEqual([['R', '0']]);
    expect(JSON.stringify(found)).toContain(sent);
    expect(JSON.stringify(found)).not.toMatch(new RegExp(`${fresh.family}|${fresh.mrn}`));
  });

  it('holds one event for a refusal, and names the patient in it', async () => {
    const hidden = await admit('ward-b', 'Elmsett');
    await edge.get(`/api/v1/patients/${hidden.id}/timeline`, 'nurse');
    expect((await events(`patient=${hidden.id}&user=nurse`)).map(({ outcome }) => outcome)).toEqual(['4']);
  });

  it('is the privacy officer’s alone, and records that it was read', async () => {
    for (const who of ['physician', 'nurse', 'radiologist', 'integrator', 'steward', 'patient'])
      expect([who, (await edge.get(`/audit?patient=${a.id}`, who)).status]).toEqual([who, 403]);
    await events(`patient=${a.id}&user=nurse`);
    expect((await events(`patient=${a.id}&user=privacy`)).length).toBeGreaterThan(0);
  });

  it('refuses a filter that it does not know or cannot read', async () => {
    for (const query of ['from=yesterday', 'from=2026-11-24T12:00:00', 'patient=x', 'outcome=1', 'purpose=FUN', 'who=me', 'user=a&user=b', '_count=0']) {
      expect([query, (await edge.get(`/audit?${query}`, 'privacy')).status]).toEqual([query, 400]);
    }
  });

  it('gives one event a line when it is asked to', async () => {
    const answer = await edge.get(`/audit?patient=${a.id}`, 'privacy', { accept: 'application/fhir+ndjson' });
    expect(answer.headers.get('content-type')).toContain('ndjson');
    const lines = (await answer.text()).trim().split('\n');
    expect(lines.every((line) => (JSON.parse(line) as { resourceType: string }).resourceType === 'AuditEvent')).toBe(true);
  });
});

describe('when the database is away', () => {
  it('says 503 and nothing of the inside', async () => {
    const other = await testDatabase();
    const lost = await startEdge({ backend: openBackend, databaseUrl: other.url('app_rw') });
    expect((await lost.get('/readyz')).status).toBe(200);
    const client = new pg.Client({ connectionString: other.url('postgres').replace(other.name, 'postgres') });
    await client.connect();
    await client.query(`ALTER DATABASE ${other.name} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [other.name]);
    const answer = await lost.get(`/api/v1/patients/${randomUUID()}`, 'nurse');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await answer.text()).not.toMatch(/postgres|connect|at /i);
    expect((await lost.get('/readyz')).status).toBe(503);
    await client.end();
    await lost.close();
  });
});
