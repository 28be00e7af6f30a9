import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitNotes } from '@concord/adapters/anchors';
import { dropExpired, expiredEvents } from '@concord/adapters/postgres';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { SignedLog } from '../audit/signed-log.ts';
import { asks, person } from '../people.ts';
import { allowed } from '../stores.ts';

let log: SignedLog;
beforeAll(async () => {
  log = await SignedLog.open();
  await log.read();
  await log.recordLongAgo(1);
  await turn();
});
afterAll(() => log.close());

/** As the worker's sweep does, in partitions of ten events; with a day that is yet to come it turns whatever is there. */
const turn = (days = 92) => asOwner((owner) => owner.query('SELECT app.turn_record(10, $1)', [days]));
/** Twice: numbers that ran into the last partition get their bound first. */
const beginNext = () => turn(-1).then(() => turn(-1));

async function asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: log.ownerUrl });
  await owner.connect();
  return work(owner).finally(() => owner.end());
}

/** First number of each partition that holds anything, with how much. */
async function filled(): Promise<ReadonlyMap<string, number>> {
  const { rows } = await log.superuser.query<{ name: string; n: number }>(
    'SELECT tableoid::regclass::text AS name, count(*)::int AS n FROM audit_events GROUP BY 1 ORDER BY min(n)',
  );
  return new Map(rows.map(({ name, n }) => [name, n]));
}

/** A partition of events of seven years ago, and a young event in the one after it. */
async function oldPartition(count: number): Promise<string> {
  await beginNext();
  await log.recordLongAgo(count);
  const name = [...(await filled()).keys()].at(-1) ?? '';
  await turn();
  await log.read();
  await log.sign();
  return name;
}

/** The longest that a read took while `work` went on, in milliseconds, and how many there were. */
async function readingMeanwhile(work: Promise<unknown>): Promise<{ readonly longestMs: number; readonly reads: number }> {
  let [isOver, longestMs, reads] = [false, 0, 0];
  const over = work.finally(() => (isOver = true));
  while (!isOver) {
    const began = performance.now();
    await log.read();
    longestMs = Math.max(longestMs, performance.now() - began);
    reads += 1;
  }
  await over;
  return { longestMs, reads };
}

describe('the record of accesses after six years', () => {
  it('goes as a whole table where everything has expired, row by row at the edge, and every proof given out before still verifies', async () => {
    const whole = await oldPartition(4);
    await log.recordLongAgo(2);
    await log.sign();
    const before = await log.exported({});
    const held = splitNotes((await log.heads.anchors.newest())!.note);
    const young = await log.superuser.query("SELECT n, bytes FROM audit_events WHERE recorded_at > now() - interval '1 day' ORDER BY n");

    expect(await expiredEvents(log.ownerUrl)).toMatchObject({ events: 7, held: 0 });
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 7, inPartitions: 4, partitions: 1 });
    expect((await log.superuser.query('SELECT to_regclass($1) AS found', [whole])).rows).toEqual([{ found: null }]);

    // What is younger is there to the byte; the leaves of what went are in their places, for the patient's and the person's chain too.
    expect(
      (await log.superuser.query("SELECT n, bytes FROM audit_events WHERE recorded_at > now() - interval '1 day' ORDER BY n")).rows.slice(0, young.rows.length),
    ).toEqual(young.rows);
    const retainedSince = Date.now() - 6 * 365 * 86_400_000;
    for (const query of [{}, { patientId: log.patientId }, { user: 'physician' }])
      expect(verifyBundle(await log.exported(query), { keys: log.keys, retainedSince, anchors: held })).toMatchObject({ verdict: 'valid', withoutBytes: 7 });
    expect(verifyBundle(before, { keys: log.keys })).toMatchObject({ verdict: 'valid', withoutBytes: 0 });
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 0, inPartitions: 0, partitions: 0 });
  });

  it('keeps what is about a patient under a legal hold, the partition with it, until the hold is lifted', async () => {
    const name = await oldPartition(3);
    const request = asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: { kind: 'none' } });
    const hold = allowed(await log.stores.api.withAccess(request, (scope) => scope.erasures.hold(log.patientId, 'litigation')));
    if (hold === 'absent') throw new Error(hold);
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 0, inPartitions: 0, partitions: 0 });
    expect((await filled()).get(name)).toBe(3);
    await log.stores.api.withAccess(request, (scope) => scope.erasures.lift(hold.id));
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 3, inPartitions: 3, partitions: 1 });
  });

  it('never goes before it is in the tree: a partition with one event that has no leaf stays', async () => {
    await beginNext();
    await log.recordLongAgo(2);
    await turn();
    await log.read();
    await expect(expiredEvents(log.ownerUrl)).rejects.toThrow(/no leaf/);
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 0, inPartitions: 0, partitions: 0 });
    await log.sign();
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 2, inPartitions: 2, partitions: 1 });
  });

  it('goes while a ward reads and writes, though somebody’s transaction stays open on it: no read waits for the drop', async () => {
    await oldPartition(5);
    // An export that is being read: it holds the record as every transaction does that asked it.
    const open = new pg.Client({ connectionString: log.stores.database.url('auditor_ro') });
    await open.connect();
    await open.query('BEGIN');
    await open.query('SELECT count(*) FROM audit_events');
    const run = dropExpired(log.ownerUrl);
    setTimeout(() => void open.query('COMMIT').finally(() => open.end()), 1_500);
    const { longestMs, reads } = await readingMeanwhile(run);
    expect(await run).toMatchObject({ partitions: 1, inPartitions: 5 });
    expect(reads).toBeGreaterThan(20);
    expect(longestMs).toBeLessThan(1_000);
  });

  it('a run that was cut off in the middle is ended by the next: the half-detached partition, and the table that stands apart', async () => {
    const half = await oldPartition(2);
    const open = new pg.Client({ connectionString: log.stores.database.url('auditor_ro') });
    await open.connect();
    await open.query('BEGIN');
    await open.query('SELECT count(*) FROM audit_events');
    await asOwner(async (owner) => {
      await owner.query("SET lock_timeout = '50ms'");
      await expect(owner.query(`ALTER TABLE audit_events DETACH PARTITION ${half} CONCURRENTLY`)).rejects.toThrow(/lock timeout/);
    });
    await open.query('COMMIT');
    await open.end();
    expect(await dropExpired(log.ownerUrl)).toMatchObject({ partitions: 1, inPartitions: 2 });

    const apart = await oldPartition(3);
    await asOwner((owner) => owner.query(`ALTER TABLE audit_events DETACH PARTITION ${apart} CONCURRENTLY`));
    const request = asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: { kind: 'none' } });
    const hold = allowed(await log.stores.api.withAccess(request, (scope) => scope.erasures.hold(log.patientId, 'litigation')));
    if (hold === 'absent') throw new Error(hold);
    // A hold that came in between brings the table back, walls and all.
    expect(await dropExpired(log.ownerUrl)).toEqual({ events: 0, inPartitions: 0, partitions: 0 });
    expect((await filled()).get(apart)).toBe(3);
    const { rows } = await log.superuser.query('SELECT relforcerowsecurity AS forced FROM pg_class WHERE oid = $1::regclass', [apart]);
    expect(rows).toEqual([{ forced: true }]);
    await log.stores.api.withAccess(request, (scope) => scope.erasures.lift(hold.id));
    expect(await dropExpired(log.ownerUrl)).toMatchObject({ partitions: 1, inPartitions: 3 });
  });
});

describe('the partitions of the record', () => {
  it('begin in time while events come in, so that the open-ended last one stays empty, and no event is lost', async () => {
    const count = async () => Number((await log.superuser.query<{ n: string }>('SELECT count(*) AS n FROM audit_events')).rows[0]?.n);
    const before = await count();
    const sizes = await filled();
    for (let i = 0; i < 25; i += 1) {
      await log.read();
      if (i % 3 === 0) await turn();
    }
    expect(await count()).toBe(before + 25);
    const now = [...(await filled())].filter(([name]) => !sizes.has(name));
    expect(now.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...now.map(([, n]) => n))).toBeLessThanOrEqual(10);
  });

  it('take in what comes when nobody looks after them for long, and are put in order by the next look', async () => {
    for (let i = 0; i < 35; i += 1) await log.read();
    await turn();
    await log.read();
    const { rows } = await log.superuser.query<{ bound: string }>(
      "SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE oid IN (SELECT relid FROM pg_partition_tree('audit_events') WHERE isleaf) AND pg_get_expr(relpartbound, oid) LIKE '%(MAXVALUE)'",
    );
    expect(rows).toHaveLength(1);
    const from = Number(/FROM \('?(\d+)/.exec(rows[0]?.bound ?? '')?.[1]);
    const last = await log.superuser.query<{ n: string }>('SELECT max(n) AS n FROM audit_events');
    expect(Number(last.rows[0]?.n)).toBeLessThan(from);
  });

  it('are out of reach for every role but their owner, who may not change them either', async () => {
    const name = [...(await filled()).keys()].at(-1) ?? '';
    for (const role of ['app_rw', 'app_worker', 'audit_sequencer', 'auditor_ro']) {
      const client = new pg.Client({ connectionString: log.stores.database.url(role) });
      await client.connect();
      await expect(client.query(`SELECT FROM ${name}`), role).rejects.toThrow(/permission denied/);
      await client.end();
    }
    for (const change of [`DELETE FROM ${name}`, `UPDATE ${name} SET login = 'x'`, `TRUNCATE ${name}`])
      await asOwner((owner) => expect(owner.query(change), change).rejects.toThrow(/insert-only/));
  });

  it('turn by the worker’s sweep, whose role may do that and no more', async () => {
    await pause(1);
    await log.stores.worker.keepRecordTurning();
    const worker = new pg.Client({ connectionString: log.stores.database.url('app_worker') });
    await worker.connect();
    await expect(worker.query('SELECT app.turn_record(1, 0)')).rejects.toThrow(/permission denied/);
    await worker.end();
  });
});
