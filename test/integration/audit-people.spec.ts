import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountingSchema, auditPeopleSchema } from '@concord/contracts';
import { openDoor, type Admitted, type Door } from '../fhir-door.ts';

/** More than a page of the search holds. */
const LATER = 600;

let door: Door;
let someone: Admitted;
beforeAll(async () => {
  door = await openDoor();
  someone = await door.admit('ward-b');
  await door.get(`/fhir/R4/Patient/${someone.id}`, 'nurse');
  await door.get(`/fhir/R4/Patient/${someone.id}`, 'physician');
  await looksAgain(LATER);
});
afterAll(() => door.close());

/** The physician's look as often again, one microsecond later each. */
async function looksAgain(times: number): Promise<void> {
  await door.rows(
    `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login,
       client_id, purpose, patient_key, request_id, bytes)
     SELECT gen_random_uuid(), transaction_id, unit_id, unit_part, recorded_at + i * interval '1 microsecond', category, subtype, action, outcome, issuer,
       subject, login, client_id, purpose, patient_key, request_id, bytes
     FROM (SELECT e.* FROM audit_events e JOIN patient_links p USING (patient_key)
           WHERE p.patient_id = $1 AND e.login = 'physician' LIMIT 1) e, generate_series(1, $2) i`,
    [someone.id, times],
  );
}

it('names whoever looked first, though six hundred looks of somebody else came after', async () => {
  const page = (await (await door.edge.get(`/audit?patient=${someone.id}`, 'privacy')).json()) as { total: number; entry: readonly object[] };
  expect(page.entry.length).toBeLessThan(page.total);
  expect(JSON.stringify(page.entry)).not.toContain('"nurse"');

  const answer = await door.edge.get(`/audit/people?patient=${someone.id}`, 'privacy');
  const { people } = auditPeopleSchema.parse(await answer.json());
  expect(people.find(({ login }) => login === 'physician')).toMatchObject({
    times: LATER + 1,
    refused: 0,
    role: 'physician',
    grounds: [{ relation: 'ward', refused: false }],
  });
  expect(people.find(({ login }) => login === 'nurse')).toMatchObject({
    times: 1,
    refused: 1,
    grounds: [{ because: 'No relation to this patient.', refused: true }],
  });
});

it('takes the officer’s other filters, counts everybody of the record once, and is itself on the record', async () => {
  const ask = async (query: string) => {
    const answer = await door.edge.get(`/audit/people?patient=${someone.id}${query}`, 'privacy');
    return auditPeopleSchema.parse(await answer.json()).people;
  };
  expect((await ask('&outcome=4')).map(({ login }) => login)).toEqual(['nurse']);
  const [counted] = await door.rows('SELECT count(*)::int AS n FROM audit_events e JOIN patient_links p USING (patient_key) WHERE p.patient_id = $1', [
    someone.id,
  ]);
  const people = await ask('');
  expect(people.reduce((sum, { times }) => sum + times, 0)).toBe(counted?.['n']);
  expect(people.find(({ login }) => login === 'privacy')?.times).toBeGreaterThanOrEqual(2);
  expect((await door.edge.get('/audit/people', 'privacy')).status).toBe(400);
  expect((await door.edge.get(`/audit/people?patient=${someone.id}`, 'physician')).status).toBe(403);
});

it('gives the accounting of a stay of months whole, though no answer lists so many events', async () => {
  await looksAgain(10_500);
  const answer = await door.edge.get(`/api/v1/patients/${someone.id}/disclosures`, 'privacy');
  expect(answer.status).toBe(200);
  const { entries, exempt } = accountingSchema.parse(await answer.json());
  expect(entries).toEqual([]);
  expect(exempt.find(({ id }) => id === 'treatment')?.count).toBe(LATER + 10_500 + 1);
  expect((await door.edge.get(`/api/v1/patients/${someone.id}/access-report`, 'privacy')).status).toBe(422);
});
