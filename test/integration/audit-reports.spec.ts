import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessReportSchema, accountingSchema } from '@concord/contracts';
import { openDoor, type Admitted, type Door } from '../fhir-door.ts';

let door: Door;
let someone: Admitted;
/** The record of the demo user `patient`, once it is theirs. */
let ownId = '';
beforeAll(async () => {
  door = await openDoor();
  someone = await door.admit('ward-b');
  await door.get(`/fhir/R4/Patient/${someone.id}`, 'physician');
  await door.get(`/fhir/R4/Patient/${someone.id}`, 'nurse');
});
afterAll(() => door.close());

const ask = async (path: string, as = 'privacy') => {
  const answer = await door.edge.get(path, as);
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    policy: answer.headers.get('content-security-policy') ?? '',
    text: await answer.text(),
  };
};
const tell = (path: string, body: object, as = 'privacy') => door.post(path, body, { as, type: 'application/json' });
const disclosure = (more: object = {}) => ({
  recipient: { name: '=County health office', address: '1 Main Street' },
  basis: 'public-health',
  disclosedAt: new Date(Date.now() - 3_600_000).toISOString(),
  what: ['reports', 'vital-signs'],
  ...more,
});

describe('the report of accesses', () => {
  it('says who looked, in what relation, and under which rule in its own words; a refusal too', async () => {
    const { status, text } = await ask(`/api/v1/patients/${someone.id}/access-report`);
    expect(status).toBe(200);
    const report = accessReportSchema.parse(JSON.parse(text));
    const physician = report.lines.find(({ role, outcome }) => role === 'physician' && outcome === 'allowed');
    expect(physician).toMatchObject({ relation: 'lies in their ward', purpose: 'Treatment', what: 'Looked at name, birth date and numbers' });
    expect(physician?.why).toContain('Ward staff read the patients who lie in their ward now');
    expect(report.lines.find(({ role }) => role === 'nurse')).toMatchObject({ outcome: 'refused', why: 'No relation to this patient.' });
    expect(text).not.toMatch(/127\.0\.0\.1|Testerin|T-[0-9a-f]{8}/);
  });

  it('is one screen for print, with no script, and a table that no spreadsheet runs', async () => {
    const html = await ask(`/api/v1/patients/${someone.id}/access-report?format=html`);
    expect(html.type).toContain('text/html');
    expect(html.policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(html.text).toContain('<h1>Report of accesses</h1>');
    expect(html.text).not.toContain('<script');
    const csv = await ask(`/api/v1/patients/${someone.id}/access-report?format=csv`);
    expect(csv.text.split('\r\n')[0]).toBe('when,who,role,what,outcome,relation,why,purpose,scores');
  });

  it('is for the patient and the officer: everybody else gets the one 404, for absent and present alike', async () => {
    for (const as of ['physician', 'nurse', 'steward', 'integrator', 'administrator', 'patient'])
      for (const path of ['access-report', 'disclosures']) {
        const denied = await ask(`/api/v1/patients/${someone.id}/${path}`, as);
        const absent = await ask(`/api/v1/patients/11111111-1111-4111-8111-111111111111/${path}`, as);
        expect([as, denied]).toEqual([as, absent]);
        expect(denied.status).toBe(404);
      }
    expect((await ask('/api/v1/patients/11111111-1111-4111-8111-111111111111/access-report')).status).toBe(404);
  });

  it('shows a patient their own, also at the second wall, and nobody else’s', async () => {
    const own = await door.admit('ward-a');
    await door.get(`/fhir/R4/Patient/${own.id}`, 'physician');
    const [key] = await door.rows('SELECT patient_key FROM patient_links WHERE patient_id = $1', [own.id]);
    const { sub } = JSON.parse(Buffer.from((await door.edge.token('patient')).split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
    await door.rows(
      "INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) VALUES (gen_random_uuid(), $1, 'own-record', $2, gen_random_uuid(), now() - interval '1 hour')",
      [key?.['patient_key'], `self:concord|${sub}`],
    );
    const { status, text } = await ask(`/api/v1/patients/${own.id}/access-report`, 'patient');
    ownId = own.id;
    expect(status).toBe(200);
    expect(accessReportSchema.parse(JSON.parse(text)).lines.some(({ role }) => role === 'physician')).toBe(true);
    expect((await ask(`/api/v1/patients/${someone.id}/access-report`, 'patient')).status).toBe(404);
  });
});

describe('the accounting of disclosures', () => {
  it('holds what was given outside, once for each recipient and purpose, and names the rule that left out the rest', async () => {
    for (let i = 0; i < 3; i += 1) expect((await tell(`/api/v1/patients/${someone.id}/disclosures`, disclosure())).status).toBe(201);
    expect((await tell(`/api/v1/patients/${someone.id}/disclosures`, disclosure({ basis: 'authorization' }))).status).toBe(201);
    const accounting = accountingSchema.parse(JSON.parse((await ask(`/api/v1/patients/${someone.id}/disclosures`)).text));
    expect(accounting.entries).toMatchObject([
      { recipient: '=County health office', address: '1 Main Street', purpose: 'public-health', description: 'reports, vital-signs', times: 3 },
    ]);
    const rules = Object.fromEntries(accounting.exempt.map(({ id, count }) => [id, count]));
    expect(rules['treatment']).toBeGreaterThanOrEqual(1);
    expect(rules['refused']).toBeGreaterThanOrEqual(1);
    expect(rules['authorization']).toBe(1);
    const csv = await ask(`/api/v1/patients/${someone.id}/disclosures?format=csv`);
    expect(csv.text).toContain(",'=County health office,");
    expect((await ask(`/api/v1/patients/${someone.id}/disclosures?format=html`)).text).toContain('164.528(a)(1)(iv)');
  });

  it('leaves an agency out while it asked for silence, at most 30 days on its word alone, and loses nothing', async () => {
    const until = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const late = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const path = `/api/v1/patients/${someone.id}/disclosure-suspensions`;
    expect((await tell(path, { agency: '=County health office', request: 'oral', until: late })).status).toBe(422);
    expect((await tell(path, { agency: '=County health office', request: 'oral', until })).status).toBe(201);
    expect(accountingSchema.parse(JSON.parse((await ask(`/api/v1/patients/${someone.id}/disclosures`)).text))).toMatchObject({ entries: [], suspended: 3 });
  });

  it('tells a patient nothing of an agency that asked for silence, in no paper, form or period, and the officer all of it', async () => {
    const until = new Date(Date.now() + 20 * 86_400_000).toISOString();
    expect((await tell(`/api/v1/patients/${ownId}/disclosure-suspensions`, { agency: 'County police', request: 'oral', until })).status).toBe(201);
    const since = new Date().toISOString();
    const given = disclosure({ recipient: { name: 'County Police' }, basis: 'law-enforcement', disclosedAt: since });
    expect((await tell(`/api/v1/patients/${ownId}/disclosures`, given)).status).toBe(201);
    for (const paper of ['access-report', 'disclosures'])
      for (const form of ['json', 'html', 'csv'])
        for (const period of ['', `&from=${encodeURIComponent(since)}`]) {
          const told = await ask(`/api/v1/patients/${ownId}/${paper}?format=${form}${period}`, 'patient');
          expect([paper, form, told.status]).toEqual([paper, form, 200]);
          expect(told.text).not.toMatch(/police|suspended (?!")/i);
        }
    for (const paper of ['access-report', 'disclosures'])
      for (const form of ['html', 'csv'])
        // An officer's paper is what the patient is handed.
        expect((await ask(`/api/v1/patients/${ownId}/${paper}?format=${form}`)).text).not.toMatch(/police|at its request/i);
    expect((await ask(`/api/v1/patients/${ownId}/access-report`)).text).toContain('Gave information to County Police');
    expect(accountingSchema.parse(JSON.parse((await ask(`/api/v1/patients/${ownId}/disclosures`)).text)).suspended).toBe(1);
  });

  it('is written by the officer alone, of patients who exist, in the past, without free text', async () => {
    const path = `/api/v1/patients/${someone.id}/disclosures`;
    expect((await tell(path, disclosure(), 'physician')).status).toBe(403);
    expect((await tell('/api/v1/patients/11111111-1111-4111-8111-111111111111/disclosures', disclosure())).status).toBe(404);
    expect((await tell(path, disclosure({ disclosedAt: new Date(Date.now() + 3_600_000).toISOString() }))).status).toBe(422);
    const refused = await tell(path, disclosure({ what: ['Mr Canary has AIDS'] }));
    expect(refused.status).toBe(422);
    expect(refused.text).not.toContain('Canary');
  });
});

describe('the record as a table', () => {
  it('opens in a spreadsheet and runs nothing there', async () => {
    const answer = await door.edge.get('/audit?user=nurse', 'privacy', { accept: 'text/csv' });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    const lines = (await answer.text()).split('\r\n');
    expect(lines[0]).toContain('event_id,recorded,login');
    expect(lines.length).toBeGreaterThan(1);
  });
});
