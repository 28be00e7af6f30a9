import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTagOpener, digest } from '@concord/adapters/crypto';
import { openSequencer, type Sequencer } from '@concord/adapters/postgres';
import { decodeEnvelope, leafHash, toHex, verifyConsistency } from '@concord/governance/audit';
import type { PatientId } from '@concord/core/clinical';
import { asks, person } from '../people.ts';
import { admit, testStores, type TestStores } from '../stores.ts';

const openTag = createTagOpener(randomBytes(32));
let stores: TestStores;
let auditor: pg.Client;
let patientId: PatientId;
const open: pg.Client[] = [];
const connect = async (role: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: stores.database.url(role) });
  await client.connect();
  open.push(client);
  return client;
};
const sequencer = async (): Promise<Sequencer> => {
  const one = await openSequencer({ url: stores.database.url('audit_sequencer'), digest, openTag });
  if (one === undefined) throw new Error('another sequencer is at work');
  return one;
};
const read = () =>
  stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Patient', patientId }), (scope) => scope.patients.read(patientId));
const leaves = async () =>
  (
    await auditor.query<{ leaf_index: string; event_n: string; leaf_hash: Buffer; envelope: Buffer; bytes: Buffer }>(
      'SELECT l.*, e.bytes FROM audit_leaves l LEFT JOIN audit_events e ON e.n = l.event_n ORDER BY l.leaf_index',
    )
  ).rows;
const events = async () => Number((await auditor.query<{ n: string }>('SELECT count(*) AS n FROM audit_events')).rows[0]?.n);
/** Steps until nothing is ready. */
const drainReady = async (one: Sequencer): Promise<void> => {
  while ((await one.step()).leaves > 0);
};
/** Steps until nothing waits: an event waits for every transaction of the whole server that was open when it was committed, and other tests share it. */
const drain = async (one: Sequencer): Promise<void> => {
  const deadline = Date.now() + 30_000;
  for (;;) {
    await drainReady(one);
    if ((await one.oldestWaitingMs()) === 0 || Date.now() > deadline) return;
    await pause(50);
  }
};

beforeAll(async () => {
  stores = await testStores();
  auditor = await connect('auditor_ro');
  ({ patientId } = await admit(stores.api, { mrn: 'L-1' }));
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.end()));
  await stores.close();
});

describe('the sequencer', () => {
  it('gives every event one leaf, those included that were stored before it first ran', async () => {
    await read();
    const log = await sequencer();
    await drain(log);
    for (let i = 0; i < 5; i += 1) await read();
    await drain(log);
    const all = await leaves();
    expect(all).toHaveLength(await events());
    expect(all.map(({ leaf_index }) => Number(leaf_index))).toEqual(all.map((_, i) => i));
    expect(log.head().size).toBe(all.length);
    for (const { envelope, leaf_hash, bytes } of all) {
      expect(toHex(leafHash(digest, envelope))).toBe(toHex(leaf_hash));
      expect(toHex(decodeEnvelope(envelope)?.eventHash ?? new Uint8Array())).toBe(toHex(digest(bytes)));
    }
    await log.close();
  });

  it('does not lose an event whose slow transaction drew its number early and committed late', async () => {
    const log = await sequencer();
    await drain(log);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let inside = (): void => undefined;
    const begun = new Promise<void>((resolve) => (inside = resolve));
    const owner = await connect('postgres');
    // The slow one takes its transaction id and its n now, and commits when it is told to.
    const slow = (async () => {
      await owner.query('BEGIN');
      await owner.query(`INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject,
        login, client_id, purpose, request_id, bytes) SELECT gen_random_uuid(), pg_current_xact_id()::text, unit_id, unit_part, recorded_at, category, subtype, action,
        outcome, issuer, subject, login, client_id, purpose, request_id, bytes FROM audit_events ORDER BY n LIMIT 1`);
      inside();
      await held;
      await owner.query('COMMIT');
    })();
    await begun;
    await read();
    await drainReady(log);
    expect(await leaves()).toHaveLength((await events()) - 1); // the fast one waits behind the fence
    expect(await log.oldestWaitingMs()).toBeGreaterThan(0);
    release();
    await slow;
    await drain(log);
    expect(await leaves()).toHaveLength(await events());
    expect(await log.oldestWaitingMs()).toBe(0);
    await log.close();
  });

  it('takes the log up where it was, with the same head, over full tiles too', async () => {
    const log = await sequencer();
    const superuser = await connect('postgres');
    await superuser.query(`INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject,
      login, client_id, purpose, request_id, bytes) SELECT gen_random_uuid(), pg_current_xact_id()::text, unit_id, unit_part, recorded_at, category, subtype, action,
      outcome, issuer, subject, login, client_id, purpose, request_id, convert_to(replace(convert_from(bytes, 'UTF8'), 'physician', 'p' || i), 'UTF8')
      FROM (SELECT * FROM audit_events ORDER BY n DESC LIMIT 1) e, generate_series(1, 9000) i`);
    const before = log.head();
    await drain(log);
    const head = log.head();
    expect(head.size).toBeGreaterThan(9000);
    const path = await log.consistency(before.size);
    expect(verifyConsistency(digest, { first: before.size, second: head.size, firstRoot: before.root, secondRoot: head.root, path })).toBe(true);
    await log.close();
    const again = await sequencer();
    expect(again.head()).toEqual(head);
    expect(toHex(await again.rootAt(before.size))).toBe(toHex(before.root));
    await read();
    await drain(again);
    expect(again.head().size).toBe(head.size + 1);
    await again.close();
  });

  it('finds what has no leaf after a dump was loaded on another server, whose transactions count anew', async () => {
    const superuser = await connect('postgres');
    await superuser.query('ALTER TABLE audit_batches DISABLE TRIGGER insert_only');
    await superuser.query("UPDATE audit_batches SET system_identifier = 'another server', fence = '999999999999'");
    await superuser.query('ALTER TABLE audit_batches ENABLE TRIGGER insert_only');
    await read();
    const log = await sequencer();
    await drain(log);
    expect(await leaves()).toHaveLength(await events());
    await log.close();
  });

  it('is one at a time', async () => {
    const log = await sequencer();
    expect(await openSequencer({ url: stores.database.url('audit_sequencer'), digest, openTag })).toBeUndefined();
    await log.close();
  });
});

describe('the stored log', () => {
  it('is not changed, emptied or added to by the programs, and not changed by its owner', async () => {
    const tables = ['audit_leaves', 'audit_tiles', 'audit_batches', 'audit_checkpoints', 'audit_exports', 'audit_export_steps', 'audit_events'];
    for (const role of ['app_rw', 'app_worker', 'audit_sequencer', 'auditor_ro', 'concord_owner']) {
      const client = await connect(role);
      for (const table of tables) {
        for (const change of [`DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`])
          await expect(client.query(change), `${role}: ${change}`).rejects.toThrow(/insert-only|permission denied/);
      }
      if (role === 'audit_sequencer' || role === 'concord_owner') continue;
      await expect(client.query("INSERT INTO audit_batches VALUES (-1, 0, '0', '', now())"), role).rejects.toThrow(/permission denied/);
    }
  });

  it('gives the sequencer nothing of a patient', async () => {
    const client = await connect('audit_sequencer');
    const { rows } = await client.query<{ name: string }>(`SELECT DISTINCT table_name AS name FROM information_schema.table_privileges
      WHERE grantee = 'audit_sequencer' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`);
    expect(rows.map(({ name }) => name)).toEqual([
      'audit_batches',
      'audit_checkpoints',
      'audit_events',
      'audit_export_steps',
      'audit_exports',
      'audit_leaves',
      'audit_tiles',
    ]);
  });
});
