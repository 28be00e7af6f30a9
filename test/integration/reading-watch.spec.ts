import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openDatabase, type Database } from '@concord/adapters/postgres';
import type { ReviewList } from '@concord/contracts';
import { edgeOver, makePerson, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { testStores, type TestStores } from '../stores.ts';

/** The site's setting in this test: more than four patients in ten minutes. */
const MANY = 4;
let stores: TestStores;
let edge: RunningEdge;
let watcher: Database;
let root: pg.Client;
const people: Person[] = [];

beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  watcher = openDatabase({
    url: stores.database.url('app_worker'),
    machine: 'worker',
    keyring: stores.keyring,
    files: createFileBlobs(join(stores.folder, 'blobs')),
    demo: true,
    watch: { patients: MANY, windowMs: 600_000 },
  });
  root = new pg.Client({ connectionString: stores.database.url('postgres') });
  await root.connect();
  for (let i = 0; i < MANY + 2; i += 1) people.push(await makePerson(stores, { kind: 'ward', ward: 'ward-a' }));
});
afterAll(async () => {
  await root.end();
  await watcher.close();
  await edge.close();
  await stores.close();
});

const open = async (who: string, count: number) => {
  for (const { id } of people.slice(0, count)) expect((await edge.get(`/api/v1/patients/${id}`, who)).status).toBe(200);
};
const alerts = async () => ((await (await edge.get('/api/v1/break-glass/reviews', 'privacy')).json()) as ReviewList).alerts;
const events = async () =>
  (
    await root.query<{ login: string; detail: unknown }>(
      "SELECT login, convert_from(bytes, 'UTF8')::jsonb -> 'detail' AS detail FROM audit_events WHERE subtype = 'many-patients'",
    )
  ).rows;
const seen = async (id: string, who: string) =>
  (await fetch(`${edge.url}/api/v1/break-glass/alerts/${id}`, { method: 'POST', headers: { authorization: `Bearer ${await edge.token(who)}` } })).status;

describe('somebody who opens the records of many patients in a short time', () => {
  it('is nobody yet at the number that the site allows, however often each is opened, nor by the list of their ward, nor a source', async () => {
    await open('nurse', MANY);
    await open('nurse', MANY);
    expect((await edge.get('/api/v1/worklist', 'physician')).status).toBe(200);
    for (const { id } of people) expect((await edge.get(`/fhir/R4/Patient/${id}`, 'integrator')).status).toBe(200);
    await watcher.closeAuditUnits();
    expect([await alerts(), await events()]).toEqual([[], []]);
  });

  it('is told to the privacy officer beyond it, once, on the page and in the record, and is not stopped', async () => {
    await open('nurse', MANY + 1);
    await watcher.closeAuditUnits();
    await watcher.closeAuditUnits();
    expect(await alerts()).toMatchObject([{ login: 'nurse', patients: MANY + 1, isSeen: false, isOwn: false }]);
    expect(await events()).toMatchObject([{ login: 'nurse', detail: { patients: MANY + 1 } }]);
    const session = (await (await edge.get('/api/v1/session', 'privacy')).json()) as { openReviews: number };
    expect(session.openReviews).toBe(1);
    await open('nurse', MANY + 2);
  });

  it('is looked into by an officer alone, and then waits no longer', async () => {
    const [alert] = await alerts();
    for (const who of ['nurse', 'physician', 'steward', 'administrator']) expect([who, await seen(alert?.id ?? '', who)]).toEqual([who, 403]);
    expect(await seen('00000000-0000-4000-8000-00000000dead', 'privacy')).toBe(404);
    expect(await seen(alert?.id ?? '', 'privacy')).toBe(200);
    expect(await seen(alert?.id ?? '', 'privacy')).toBe(404);
    expect(await alerts()).toMatchObject([{ isSeen: true }]);
    expect(((await (await edge.get('/api/v1/session', 'privacy')).json()) as { openReviews: number }).openReviews).toBe(0);
  });
});
