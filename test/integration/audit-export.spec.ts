import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import type { CommittedRecord } from '@concord/core/ports';
import { splitNotes } from '@concord/adapters/anchors';
import { dropExpired, expiredEvents } from '@concord/adapters/postgres';
import { signReceipt } from '@concord/governance/audit';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { findDisagreement } from '../../apps/worker/src/audit-log/heads.ts';
import { SignedLog } from '../audit/signed-log.ts';
import { asks, person } from '../people.ts';
import { allowed } from '../stores.ts';

let log: SignedLog;
beforeAll(async () => {
  log = await SignedLog.open();
  for (let i = 0; i < 6; i += 1) await log.read();
  await log.sign();
});
afterAll(() => log.close());
type Asked = Parameters<SignedLog['exported']>[0];

describe('a signed export from the database', () => {
  it('of the whole log, of a patient and of a person is found valid by the stand-alone verifier', async () => {
    const whole = verifyBundle(await log.exported({}), { keys: log.keys });
    expect(whole).toMatchObject({ verdict: 'valid', firstBad: null });
    const patient = verifyBundle(await log.exported({ patientId: log.patientId }), { keys: log.keys });
    expect(patient).toMatchObject({ verdict: 'valid' });
    // The admission, six looks, and the officer's own question about the patient.
    expect(patient.events).toBeGreaterThanOrEqual(8);
    expect(verifyBundle(await log.exported({ user: 'physician' }), { keys: log.keys })).toMatchObject({ verdict: 'valid', events: 6 });
  });

  it('whose maker was killed in the middle is made whole by the next, from the beginning, and nothing of the half is in it', async () => {
    const place = await log.exported({ patientId: log.patientId }, { firstDies: true });
    expect(verifyBundle(place, { keys: log.keys })).toMatchObject({ verdict: 'valid' });
    expect(existsSync(`${place}.part`)).toBe(false);
  });

  it('is refused for a patient and a person whom the record does not know', async () => {
    const ask = (query: Asked) => log.stores.api.withAccess(log.officer, (scope) => scope.audit.requestExport(query)).then(allowed);
    expect(await ask({ user: 'nobody-of-that-name' })).toBeUndefined();
    expect(await ask({ patientId: '11111111-1111-4111-8111-111111111111' as PatientId })).toBeUndefined();
  });

  it('is the same bytes for the same head and question', async () => {
    const place = await log.exported({ user: 'physician' });
    const manifest = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')) as { files: object };
    const again = await log.exported({ user: 'physician' });
    const other = JSON.parse(readFileSync(join(again, 'manifest.json'), 'utf8')) as { files: Record<string, unknown> };
    // A later head: another proof, and the same events to the byte.
    expect(readFileSync(join(again, 'events.ndjson'))).toEqual(readFileSync(join(place, 'events.ndjson')));
    expect(Object.keys(other.files)).toEqual(Object.keys(manifest.files));
  });
});

describe('events that are older than six years', () => {
  it('go by their bytes alone: exports of before and after are valid, and a later one says what went', async () => {
    await log.recordLongAgo(3);
    await log.sign();
    const before = await log.exported({});
    expect(verifyBundle(before, { keys: log.keys })).toMatchObject({ verdict: 'valid', withoutBytes: 0 });
    const held = splitNotes((await log.heads.anchors.newest())!.note);
    expect(await expiredEvents(log.ownerUrl)).toMatchObject({ events: 3, held: 0, checkpoint: expect.stringContaining('concord/audit/test') as string });
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 3, inPartitions: 0, partitions: 0 });
    for (const query of [{}, { patientId: log.patientId }, { user: 'physician' }]) {
      const after = await log.exported(query);
      const manifest = JSON.parse(readFileSync(join(after, 'manifest.json'), 'utf8')) as { retired?: { events: number } };
      expect(manifest.retired).toMatchObject({ events: 3 });
      const sixYears = Date.now() - 6 * 365 * 86_400_000;
      // An older head of before the drop agrees with it: no leaf went.
      expect(verifyBundle(after, { keys: log.keys, retainedSince: sixYears, anchors: held })).toMatchObject({ verdict: 'valid', withoutBytes: 3 });
      // How long a house keeps its record is the auditor's to know, not the export's to say.
      expect(verifyBundle(after, { keys: log.keys }).findings[0]?.reason).toMatch(/--retained-since/);
    }
    expect(verifyBundle(before, { keys: log.keys })).toMatchObject({ verdict: 'valid' });
  });

  it('stay while their patient is under a legal hold, and while they have no leaf', async () => {
    await log.recordLongAgo(2);
    await expect(expiredEvents(log.ownerUrl)).rejects.toThrow(/no leaf/);
    await log.sign();
    const officerErases = asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: { kind: 'none' } });
    const hold = allowed(await log.stores.api.withAccess(officerErases, (scope) => scope.erasures.hold(log.patientId, 'litigation')));
    expect(await expiredEvents(log.ownerUrl)).toMatchObject({ events: 0, held: 2 });
    expect(await dropExpired(log.ownerUrl)).toMatchObject({ events: 0 });
    if (hold === 'absent') throw new Error(hold);
    await log.stores.api.withAccess(officerErases, (scope) => scope.erasures.lift(hold.id));
    expect(await dropExpired(log.ownerUrl)).toMatchObject({ events: 2 });
  });

  it('are not silently fewer: bytes of a younger event that are gone are found, whatever the manifest says', async () => {
    await log.superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
    const { rows } = await log.superuser.query<{ kept: object }>(
      'SELECT to_jsonb(e) AS kept FROM audit_events e WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 4)',
    );
    await log.superuser.query('DELETE FROM audit_events WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 4)');
    const sixYears = Date.now() - 6 * 365 * 86_400_000;
    expect(verifyBundle(await log.exported({}), { keys: log.keys, retainedSince: sixYears }).firstBad).toMatchObject({ index: 4 });
    await log.superuser.query('INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::audit_events, $1)).*', [rows[0]!.kept]);
    await log.superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
  });
});

describe('what the owner of the database changed', () => {
  it('shows in an export: a column, the bytes, a row', async () => {
    const owned = async (change: string) => {
      await log.superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
      await log.superuser.query(change);
      await log.superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
    };
    await owned("UPDATE audit_events SET login = 'nobody' WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 3)");
    expect(verifyBundle(await log.exported({}), { keys: log.keys }).firstBad).toMatchObject({
      index: 3,
      upTo: 3,
      reason: 'column login is not what the event’s bytes say',
    });
    await owned("UPDATE audit_events SET bytes = bytes || ' ' WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 2)");
    expect(verifyBundle(await log.exported({}), { keys: log.keys }).firstBad).toMatchObject({ index: 2, upTo: 2 });
    await owned('DELETE FROM audit_events WHERE n = (SELECT event_n FROM audit_leaves WHERE leaf_index = 1)');
    expect(verifyBundle(await log.exported({}), { keys: log.keys }).firstBad).toMatchObject({ index: 1, upTo: 1 });
  });
});

describe('a receipt', () => {
  it('shows that an event was deleted before it had a leaf', async () => {
    let committed: readonly CommittedRecord[] = [];
    await log.read((events) => (committed = events));
    expect(committed).toHaveLength(1);
    const events = committed.map(({ eventId, sha256 }) => ({ id: Buffer.from(eventId.replaceAll('-', ''), 'hex'), hash: sha256 }));
    const receipt = signReceipt({ time: Date.now() - 60_000, events }, log.receipts);
    await log.superuser.query('ALTER TABLE audit_events DISABLE TRIGGER insert_only');
    await log.superuser.query('DELETE FROM audit_events WHERE event_id = $1', [committed[0]?.eventId]);
    await log.superuser.query('ALTER TABLE audit_events ENABLE TRIGGER insert_only');
    expect(verifyBundle(await log.exported({}), { keys: log.keys, receipts: [receipt] }).receiptsMissing).toBe(1);
  });
});

describe('a database that was rolled back', () => {
  it('is noticed before anything new is signed, and by whoever holds a head', async () => {
    await log.read();
    await log.sign();
    const held = splitNotes((await log.heads.anchors.newest())!.note);
    for (const table of ['audit_leaves', 'audit_checkpoints', 'audit_batches']) await log.superuser.query(`ALTER TABLE ${table} DISABLE TRIGGER insert_only`);
    const { rows } = await log.superuser.query<{ size: number }>('SELECT max(size)::float8 - 2 AS size FROM audit_checkpoints');
    const size = rows[0]!.size;
    await log.superuser.query('DELETE FROM audit_leaves WHERE leaf_index >= $1', [size]);
    await log.superuser.query('DELETE FROM audit_checkpoints WHERE size > $1', [size]);
    await log.superuser.query('DELETE FROM audit_batches WHERE first_leaf >= $1', [size]);
    const one = await log.sequencer();
    expect(await findDisagreement(one, log.heads)).toMatchObject({ kind: 'rolled-back', found: size });
    // An operator accepts it; the log goes on, and the old head still tells.
    await log.heads.anchors.setAside(new Date());
    await log.heads.witnessed.setAside(new Date());
    expect(await findDisagreement(one, log.heads)).toBeUndefined();
    await one.close();
    expect(verifyBundle(await log.exported({}), { keys: log.keys, anchors: held }).verdict).toBe('tampered');
  });
});
