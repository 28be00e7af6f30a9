import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, person } from '../people.ts';
import { admit, allowed, testStores, type TestStores } from '../stores.ts';

const REASON = 'Angehörige Frau Testerin rief an';

describe('the words of an event of the record', () => {
  let stores: TestStores;
  let superuser: pg.Client;
  beforeAll(async () => {
    stores = await testStores();
    superuser = new pg.Client({ connectionString: stores.database.url('postgres') });
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser.end();
    await stores.close();
  });

  it('never join a pseudonym to the id that the outside keeps, and hold no free text open; the officer reads both', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'W-1' });
    const look = asks(person('physician'), { action: 'search', resource: 'Timeline', subject: { kind: 'search', query: `patient=${patientId}` } });
    await stores.api
      .withAccess(look, async (scope) => {
        await scope.patients.read(patientId);
        scope.audit.note({ objects: [`Patient/${patientId}`], detail: { asked: patientId }, text: REASON });
      })
      .then(allowed);
    const { rows } = await superuser.query<{ bytes: Buffer }>('SELECT bytes FROM audit_events WHERE patient_key IS NOT NULL');
    expect(rows.length).toBeGreaterThan(0);
    for (const { bytes } of rows) {
      expect(bytes.includes(patientId)).toBe(false);
      expect(bytes.includes('Testerin')).toBe(false);
    }
    const found = await stores.api
      .withAccess(asks(person('privacy'), { action: 'search', resource: 'AuditEvent', patientId }), (scope) => scope.audit.search({ patientId }, { count: 10 }))
      .then(allowed);
    expect(found.items.find(({ text }) => text !== undefined)).toMatchObject({
      patientId,
      objects: [`Patient/${patientId}`],
      query: `patient=${patientId}`,
      detail: { asked: patientId },
      text: REASON,
    });
  });
});
