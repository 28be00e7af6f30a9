import { setTimeout as pause } from 'node:timers/promises';
import { mkdtempSync, readFileSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import type { CommittedRecord } from '@concord/core/ports';
import { auditFolder, openAnchors, openBundleFiles, splitNotes } from '@concord/adapters/anchors';
import { createSigner, createTagOpener, digest } from '@concord/adapters/crypto';
import { dropExpired, expiredEvents, openExports, openSequencer, type Sequencer } from '@concord/adapters/postgres';
import { formatKey, signReceipt } from '@concord/governance/audit';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { findDisagreement, signHead, type HeadsSettings } from '../../apps/worker/src/audit-log/heads.ts';
import { asks, person } from '../people.ts';
import { admit, allowed, testStores, type TestStores } from '../stores.ts';

const openTag = createTagOpener(randomBytes(32));
const [log, witness, receipts] = ['audit', 'witness', 'receipts'].map((name) => createSigner(`concord/${name}/test`, randomBytes(32)));
const keys = {
  log: [formatKey(digest, { ...log!, type: 'signature' })],
  receipt: [formatKey(digest, { ...receipts!, type: 'signature' })],
  witness: [formatKey(digest, { ...witness!, type: 'cosignature' })],
};
const folder = auditFolder(mkdtempSync(join(tmpdir(), 'concord-audit-')));
let heads: HeadsSettings;
let stores: TestStores;
let superuser: pg.Client;
let patientId: PatientId;

const sequencer = async (): Promise<Sequencer> => (await openSequencer({ url: stores.database.url('audit_sequencer'), digest, openTag }))!;
const officer = asks(person('privacy'), { action: 'export', resource: 'AuditEvent' });
const read = (committed: (events: readonly CommittedRecord[]) => void = () => undefined) =>
  stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Patient', patientId, committed }), (scope) => scope.patients.read(patientId));

/** Sequences what is there and signs a head over it. */
async function sign(): Promise<void> {
  const one = await sequencer();
  // An event waits for every transaction of the whole server that was open when it was committed, and other tests share it.
  const deadline = Date.now() + 30_000;
  do {
    while ((await one.step()).leaves > 0);
    await pause(25);
  } while ((await one.oldestWaitingMs()) > 0 && Date.now() < deadline);
  if (((await one.newest())?.size ?? 0) < one.head().size) await signHead(one, heads, new Date());
  await one.close();
}

type Asked = Parameters<Parameters<Parameters<TestStores['api']['withAccess']>[1]>[0]['audit']['requestExport']>[0];

async function exported(query: Asked): Promise<string> {
  const id = allowed(await stores.api.withAccess(officer, (scope) => scope.audit.requestExport(query)));
  await new Promise((resolve) => setTimeout(resolve, 350));
  await sign();
  const queue = await openExports(stores.database.url('audit_sequencer'));
  const task = await queue.next();
  expect(task?.id).toBe(id);
  const place = join(folder.exports, task!.id);
  await queue.make(task!, { digest, openTag, signer: log!, publicKeys: Buffer.from(JSON.stringify(keys)) }, await openBundleFiles(place));
  await queue.close();
  expect(allowed(await stores.api.withAccess(officer, (scope) => scope.audit.exportState(id!)))?.state).toBe('done');
  return place;
}

beforeAll(async () => {
  heads = { digest, log: log!, witness: witness!, anchors: await openAnchors(folder.anchors), witnessed: await openAnchors(folder.witness) };
  stores = await testStores();
  superuser = new pg.Client({ connectionString: stores.database.url('postgres') });
  await superuser.connect();
  ({ patientId } = await admit(stores.api, { mrn: 'X-1' }));
  for (let i = 0; i < 6; i += 1) await read();
  await sign();
});
afterAll(async () => {
  await superuser.end();
  await stores.close();
});

describe('a signed export from the database', () => {
  it('of the whole log, of a patient and of a person is found valid by the stand-alone verifier', async () => {
    const whole = verifyBundle(await exported({}), { keys });
    expect(whole).toMatchObject({ verdict: 'valid', firstBad: null });
    const patient = verifyBundle(await exported({ patientId }), { keys });
    expect(patient).toMatchObject({ verdict: 'valid' });
    // The admission, six looks, and the officer's own question about the patient.
    expect(patient.events).toBeGreaterThanOrEqual(8);
    expect(verifyBundle(await exported({ user: 'physician' }), { keys })).toMatchObject({ verdict: 'valid', events: 6 });
  });

  it('is refused for a patient and a person whom the record does not know', async () => {
    const ask = (query: Asked) => stores.api.withAccess(officer, (scope) => scope.audit.requestExport(query)).then(allowed);
    expect(await ask({ user: 'nobody-of-that-name' })).toBeUndefined();
    expect(await ask({ patientId: '11111111-1111-4111-8111-111111111111' as PatientId })).toBeUndefined();
  });

  it('is the same bytes for the same head and question', async () => {
    const place = await exported({ user: 'physician' });
    const manifest = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')) as { files: object };
    const again = await exported({ user: 'physician' });
    const other = JSON.parse(readFileSync(join(again, 'manifest.json'), 'utf8')) as { files: Record<string, unknown> };
    // A later head: another proof, and the same events to the byte.
    expect(readFileSync(join(again, 'events.ndjson'))).toEqual(readFileSync(join(place, 'events.ndjson')));
    expect(Object.keys(other.files)).toEqual(Object.keys(manifest.files));
  });
});

describe('events that are older than six years', () => {
  /** As if they had been recorded seven years ago: under the bytes' own time, about a patient and about nobody. */
  const old = async (count: number): Promise<void> => {
    const { rows } = await superuser.query<{ bytes: Buffer }>("SELECT bytes FROM audit_events WHERE login = 'physician' ORDER BY n LIMIT 1");
    const then = Date.now() - 7 * 366 * 86_400_000;
    for (let i = 0; i < count; i += 1) {
      const event = { ...(JSON.parse(rows[0]!.bytes.toString()) as object), eventId: randomUUID(), recordedAt: then + i };
      await superuser.query(
        `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login, client_id,
           purpose, patient_key, request_id, bytes)
         SELECT $1, pg_current_xact_id()::text, unit_id, unit_part, to_timestamp($2::float8 / 1000), category, subtype, action, outcome, issuer, subject, login, client_id,
           purpose, patient_key, request_id, $3 FROM audit_events WHERE login = 'physician' ORDER BY n LIMIT 1`,
        [event.eventId, event.recordedAt, Buffer.from(JSON.stringify(event))],
      );
    }
  };
  const owner = () => stores.database.url('concord_owner');

  it('go by their bytes alone: exports of before and after are valid, and a later one says what went', async () => {
    await old(3);
    await sign();
    const before = await exported({});
    expect(verifyBundle(before, { keys })).toMatchObject({ verdict: 'valid', withoutBytes: 0 });
    const held = splitNotes((await heads.anchors.newest())!.note);
    expect(await expiredEvents(owner())).toMatchObject({ events: 3, held: 0, checkpoint: expect.stringContaining('concord/audit/test') as string });
    expect(await dropExpired(owner())).toBe(3);
    for (const query of [{}, { patientId }, { user: 'physician' }]) {
      const after = await exported(query);
      const manifest = JSON.parse(readFileSync(join(after, 'manifest.json'), 'utf8')) as { retired?: { events: number } };
      expect(manifest.retired).toMatchObject({ events: 3 });
      const sixYears = Date.now() - 6 * 365 * 86_400_000;
      // An older head of before the drop agrees with it: no leaf went.
      expect(verifyBundle(after, { keys, retainedSince: sixYears, anchors: held })).toMatchObject({ verdict: 'valid', withoutBytes: 3 });
      // How long a house keeps its record is the auditor's to know, not the export's to say.
      expect(verifyBundle(after, { keys }).findings[0]?.reason).toMatch(/--retained-since/);
    }
    expect(verifyBundle(before, { keys })).toMatchObject({ verdict: 'valid' });
  });

  it('stay while their patient is under a legal hold, and while they have no leaf', async () => {
    await old(2);
    await expect(expiredEvents(owner())).rejects.toThrow(/no leaf/);
    await sign();
    const officerErases = asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: { kind: 'none' } });
    const hold = allowed(await stores.api.withAccess(officerErases, (scope) => scope.erasures.hold(patientId, 'litigation')));
    expect(await expiredEvents(owner())).toMatchObject({ events: 0, held: 2 });
    expect(await dropExpired(owner())).toBe(0);
    if (hold === 'absent') throw new Error(hold);
    await stores.api.withAccess(officerErases, (scope) => scope.erasures.lift(hold.id));
    expect(await dropExpired(owner())).toBe(2);
  });

  it('are not silently fewer: bytes of a younger event that are gone are found, whatever the manifest says', async () => {
    await superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
    const { rows } = await superuser.query<{ kept: object }>(
      'SELECT to_jsonb(e) AS kept FROM audit_events e WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 4)',
    );
    await superuser.query('DELETE FROM audit_events WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 4)');
    const sixYears = Date.now() - 6 * 365 * 86_400_000;
    expect(verifyBundle(await exported({}), { keys, retainedSince: sixYears }).firstBad).toMatchObject({ index: 4 });
    await superuser.query('INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::audit_events, $1)).*', [rows[0]!.kept]);
    await superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
  });
});

describe('what the owner of the database changed', () => {
  it('shows in an export: a column, the bytes, a row', async () => {
    const owned = async (change: string) => {
      await superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
      await superuser.query(change);
      await superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
    };
    await owned("UPDATE audit_events SET login = 'nobody' WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 3)");
    expect(verifyBundle(await exported({}), { keys }).firstBad).toMatchObject({ index: 3, upTo: 3, reason: 'column login is not what the event’s bytes say' });
    await owned("UPDATE audit_events SET bytes = bytes || ' ' WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 2)");
    expect(verifyBundle(await exported({}), { keys }).firstBad).toMatchObject({ index: 2, upTo: 2 });
    await owned('DELETE FROM audit_events WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 1)');
    expect(verifyBundle(await exported({}), { keys }).firstBad).toMatchObject({ index: 1, upTo: 1 });
  });
});

describe('a receipt', () => {
  it('shows that an event was deleted before it had a leaf', async () => {
    let committed: readonly CommittedRecord[] = [];
    await read((events) => (committed = events));
    expect(committed).toHaveLength(1);
    const events = committed.map(({ eventId, sha256 }) => ({ id: Buffer.from(eventId.replaceAll('-', ''), 'hex'), hash: sha256 }));
    const receipt = signReceipt({ time: Date.now() - 60_000, events }, receipts!);
    await superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
    await superuser.query('DELETE FROM audit_events WHERE event_id = $1', [committed[0]?.eventId]);
    await superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
    expect(verifyBundle(await exported({}), { keys, receipts: [receipt] }).receiptsMissing).toBe(1);
  });
});

describe('a database that was rolled back', () => {
  it('is noticed before anything new is signed, and by whoever holds a head', async () => {
    await read();
    await sign();
    const held = splitNotes((await heads.anchors.newest())!.note);
    for (const table of ['audit_leaves', 'audit_checkpoints', 'audit_batches']) await superuser.query(`ALTER TABLE ${table} DISABLE TRIGGER insert_only`);
    const { rows } = await superuser.query<{ size: number }>('SELECT max(size)::float8 - 2 AS size FROM audit_checkpoints');
    const size = rows[0]!.size;
    await superuser.query('DELETE FROM audit_leaves WHERE leaf_index >= $1', [size]);
    await superuser.query('DELETE FROM audit_checkpoints WHERE size > $1', [size]);
    await superuser.query('DELETE FROM audit_batches WHERE first_leaf >= $1', [size]);
    const one = await sequencer();
    expect(await findDisagreement(one, heads)).toMatchObject({ kind: 'rolled-back', found: size });
    // An operator accepts it; the log goes on, and the old head still tells.
    await heads.anchors.setAside(new Date());
    await heads.witnessed.setAside(new Date());
    expect(await findDisagreement(one, heads)).toBeUndefined();
    await one.close();
    expect(verifyBundle(await exported({}), { keys, anchors: held }).verdict).toBe('tampered');
  });
});
