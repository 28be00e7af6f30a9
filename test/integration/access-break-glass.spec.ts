import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentOf, edgeOver, makePerson, relate, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { testStores, type TestStores } from '../stores.ts';

const SYSTEM = 'urn:concord:demo:mrn';
const REASON = 'Found collapsed in the corridor, needs her allergies.';

let stores: TestStores;
let edge: RunningEdge;
let owner: pg.Client;
let hidden: Person;

beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  owner = new pg.Client({ connectionString: stores.database.url('postgres') });
  await owner.connect();
  hidden = await makePerson(stores, { kind: 'ward', ward: 'ward-b' });
});
afterAll(async () => {
  await owner.end();
  await edge.close();
  await stores.close();
});

async function post(path: string, who: string, body: object, mfa = false): Promise<Response> {
  const token = await edge.token(who, { mfa });
  return fetch(`${edge.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

interface LookedUp {
  readonly lookUpId: string | null;
  readonly patientId: string | null;
}
const lookUp = async (canary: string, birthDate: string | undefined, who = 'nurse') =>
  post('/api/v1/break-glass/look-up', who, { system: SYSTEM, value: canary, ...(birthDate === undefined ? {} : { birthDate }) });
const found = async (canary: string, who = 'nurse') => (await (await lookUp(canary, '1950-05-05', who)).json()) as LookedUp;
const ask = (lookedUp: LookedUp, more: object = {}) => ({ ...lookedUp, reasonCode: 'urgent-care', reason: REASON, ...more });
const forget = () => owner.query('TRUNCATE emergency_lookups');

interface Event {
  readonly purpose: string;
  readonly legal: string;
  readonly subtype: string;
}
async function events(patientId: string): Promise<readonly Event[]> {
  const { rows } = await owner.query<{ bytes: Buffer }>(
    'SELECT e.bytes FROM audit_events e JOIN patient_links l ON l.patient_key = e.patient_key WHERE l.patient_id = $1 ORDER BY e.n',
    [patientId],
  );
  return rows
    .map(({ bytes }) => JSON.parse(bytes.toString()) as { purpose: string; legalBasis: string; subtype: string })
    .map(({ purpose, legalBasis, subtype }) => ({ purpose, legal: legalBasis, subtype }));
}

describe('that a patient exists', () => {
  it('is told to those who may break the glass, on the exact identifier and birth date, and to nobody else', async () => {
    expect(await found(hidden.canary)).toMatchObject({ patientId: hidden.id });
    for (const [value, born] of [
      [hidden.canary, '1950-05-06'],
      [hidden.canary, undefined],
      [`${hidden.canary}x`, '1950-05-05'],
    ] as const)
      expect(await (await lookUp(value, born)).json()).toEqual({ lookUpId: null, patientId: null });
    for (const who of ['radiologist', 'privacy', 'steward', 'patient', 'integrator', 'administrator'])
      expect([who, (await lookUp(hidden.canary, '1950-05-05', who)).status]).toEqual([who, 403]);
    expect((await edge.get(`/api/v1/patients/${hidden.id}`, 'nurse')).status).toBe(404);
  });

  it('is told five times an hour for one identifier and ten times a quarter of an hour to one person', async () => {
    await forget();
    const asked = [];
    for (let i = 0; i < 6; i += 1) asked.push((await lookUp(hidden.canary, '1900-01-01', i % 2 === 0 ? 'nurse' : 'physician')).status);
    expect(asked).toEqual([200, 200, 200, 200, 200, 429]);
    await forget();
    const more = [];
    for (let i = 0; i < 11; i += 1) more.push((await lookUp(`nobody-${i}`, '1900-01-01')).status);
    expect(more.filter((status) => status === 429)).toHaveLength(1);
    await forget();
  });

  it('is found under the numbers of any source of the site: an emergency form that knew the demo’s alone would find nobody', async () => {
    await owner.query(
      "INSERT INTO sources (id, name, authority, time_zone, delivery) VALUES ('other-his', 'Other', 'urn:oid:1.2.3.4', 'Europe/Berlin', 'live')",
    );
    const authorities = async (who: string) => ((await (await edge.get('/api/v1/session', who)).json()) as { authorities: readonly string[] }).authorities;
    expect(await authorities('nurse')).toEqual(expect.arrayContaining([SYSTEM, 'urn:oid:1.2.3.4']));
    for (const who of ['radiologist', 'privacy', 'steward', 'patient', 'integrator', 'administrator']) expect([who, await authorities(who)]).toEqual([who, []]);
  });
});

describe('a grant', () => {
  it('is not given without a fresh second factor, a look-up of one’s own and a reason', async () => {
    const lookedUp = await found(hidden.canary);
    const stale = await post('/api/v1/break-glass/grants', 'nurse', ask(lookedUp));
    expect([stale.status, stale.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('acr_values="mfa"')]);
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(lookedUp, { reason: '. . . . . . . . . . . . . . . .' }), true)).status).toBe(422);
    expect((await post('/api/v1/break-glass/grants', 'physician', ask(lookedUp), true)).status).toBe(409);
    expect(
      (await post('/api/v1/break-glass/grants', 'nurse', ask({ lookUpId: lookedUp.lookUpId, patientId: '00000000-0000-4000-8000-00000000dead' }), true)).status,
    ).toBe(409);
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(lookedUp, { minutes: 61 }), true)).status).toBe(422);
    expect((await edge.get(`/api/v1/patients/${hidden.id}`, 'nurse')).status).toBe(404);
  });

  it('opens one record at the next request, under its own purpose and number, and ends when it is given back', async () => {
    await forget();
    const answer = await post('/api/v1/break-glass/grants', 'nurse', ask(await found(hidden.canary)), true);
    expect(answer.status).toBe(201);
    const grant = (await answer.json()) as { id: string; purpose: string; startsAt: string; endsAt: string };
    expect(Date.parse(grant.endsAt) - Date.parse(grant.startsAt)).toBeLessThanOrEqual(3_600_000);
    for (const path of [
      `/api/v1/patients/${hidden.id}`,
      `/api/v1/patients/${hidden.id}/timeline`,
      `/fhir/R4/Observation/${hidden.observationId}`,
      `/fhir/R4/DiagnosticReport/${hidden.reportId}`,
    ])
      expect([path, (await edge.get(path, 'nurse')).status]).toEqual([path, 200]);
    expect((await edge.get(`/api/v1/patients/${hidden.id}`, 'physician')).status).toBe(200);
    expect(await (await edge.get('/api/v1/worklist', 'nurse')).text()).not.toContain(hidden.canary);
    const under = (await events(hidden.id)).filter(({ legal }) => legal === `break-glass/${grant.id}`);
    expect(under.length).toBeGreaterThanOrEqual(4);
    expect(new Set(under.map(({ purpose }) => purpose))).toEqual(new Set(['BTG']));
    expect((await events(hidden.id)).map(({ subtype }) => subtype)).toContain('110127');
    // Their holder is told of whom an open grant is, on the record, and of nobody once it is given back.
    const mine = async () => {
      const { items } = (await (await edge.get('/api/v1/break-glass/grants', 'nurse')).json()) as {
        items: readonly { id: string; patientId: string | null }[];
      };
      return items.find(({ id }) => id === grant.id)?.patientId;
    };
    const before = (await events(hidden.id)).length;
    expect(await mine()).toBe(hidden.id);
    expect((await events(hidden.id)).length).toBe(before + 1);
    expect((await post(`/api/v1/break-glass/grants/${grant.id}/end`, 'physician', {})).status).toBe(404);
    expect((await post(`/api/v1/break-glass/grants/${grant.id}/end`, 'nurse', {})).status).toBe(200);
    expect((await edge.get(`/api/v1/patients/${hidden.id}`, 'nurse')).status).toBe(404);
    expect((await events(hidden.id)).map(({ subtype }) => subtype)).toContain('110138');
    expect(await mine()).toBeNull();
  });

  it('is on the officer’s desk at once, with its reason, and is closed by nobody but an officer, once', async () => {
    const list = (await (await edge.get('/api/v1/break-glass/reviews', 'privacy')).json()) as {
      open: number;
      items: { id: string; reason: string; review: unknown }[];
    };
    expect(list.open).toBe(1);
    expect(list.items[0]).toMatchObject({ reason: REASON, review: null, patientId: hidden.id, login: 'nurse' });
    const id = list.items[0]?.id ?? '';
    const review = { finding: 'justified', note: 'Spoke with the ward; a real emergency.' };
    for (const who of ['nurse', 'physician', 'administrator'])
      expect([who, (await post(`/api/v1/break-glass/reviews/${id}`, who, review)).status]).toEqual([who, 403]);
    expect((await post(`/api/v1/break-glass/reviews/${id}`, 'privacy', review)).status).toBe(200);
    expect((await post(`/api/v1/break-glass/reviews/${id}`, 'privacy', review)).status).toBe(404);
  });

  it('ends by itself, with an event, and unreviewed for three days it blocks the next one', async () => {
    await forget();
    const answer = await post('/api/v1/break-glass/grants', 'nurse', ask(await found(hidden.canary)), true);
    const { id } = (await answer.json()) as { id: string };
    await owner.query(
      "ALTER TABLE emergency_grants DISABLE ROW LEVEL SECURITY; UPDATE emergency_grants SET starts_at = starts_at - interval '4 days', ends_at = ends_at - interval '4 days'; UPDATE access_grants SET starts_at = starts_at - interval '4 days', ends_at = ends_at - interval '4 days' WHERE relationship = 'break-glass'; ALTER TABLE emergency_grants ENABLE ROW LEVEL SECURITY",
    );
    expect((await edge.get(`/api/v1/patients/${hidden.id}`, 'nurse')).status).toBe(404);
    await stores.worker.closeAuditUnits();
    expect((await events(hidden.id)).filter(({ subtype, legal }) => subtype === '110138' && legal === `break-glass/${id}`)).toHaveLength(1);
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(await found(hidden.canary)), true)).status).toBe(409);
    await post(`/api/v1/break-glass/reviews/${id}`, 'privacy', { finding: 'not-justified', note: 'Nothing urgent was found.' });
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(await found(hidden.canary)), true)).status).toBe(201);
  });

  it('is not given where the patient’s consent forbids even this, and gives nothing where it is withheld afterwards', async () => {
    await forget();
    const closed = await makePerson(stores, { kind: 'ward', ward: 'ward-b' });
    await relate(stores, closed.id, { own: true });
    await edge.post('/fhir/R4/Consent', 'patient', consentOf(closed.id, [{ uses: ['BTG', 'ETREAT'] }]));
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(await found(closed.canary)), true)).status).toBe(403);
    await edge.post('/fhir/R4/Consent', 'patient', consentOf(closed.id, [{ classes: ['radiology-report'], uses: ['BTG'] }]));
    expect((await post('/api/v1/break-glass/grants', 'nurse', ask(await found(closed.canary)), true)).status).toBe(201);
    expect((await edge.get(`/fhir/R4/Observation/${closed.observationId}`, 'nurse')).status).toBe(200);
    expect((await edge.get(`/fhir/R4/DiagnosticReport/${closed.reportId}`, 'nurse')).status).toBe(404);
  });
});
