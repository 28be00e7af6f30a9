import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionStore } from '@concord/core/ports';
import { openSessionStore } from '@concord/adapters/postgres';
import { testDatabase, type TestDatabase } from '../database.ts';
import { sessionCases } from '../session-cases.ts';

let database: TestDatabase;
const stores: SessionStore[] = [];
let next = 0;
beforeAll(async () => {
  database = await testDatabase();
  for (let i = 0; i < 3; i += 1) stores.push(openSessionStore(database.url('app_rw')));
});
afterAll(() => Promise.all(stores.map((store) => store.close())));

describe('a session in the database, seen by several processes', () => {
  sessionCases(() => {
    next += 1;
    const store = stores[next % stores.length];
    if (store === undefined) throw new Error('no store');
    return store;
  });

  it('is out of reach of the worker and of the auditor', async () => {
    for (const role of ['app_worker', 'auditor_ro']) {
      const client = new pg.Client({ connectionString: database.url(role) });
      await client.connect();
      await expect(client.query('SELECT * FROM web_sessions'), role).rejects.toThrow(/permission denied/);
      await client.end();
    }
  });
});
