import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropExpired } from '@concord/adapters/postgres';
import { SignedLog } from '../audit/signed-log.ts';

const EVENTS = Number(process.env['CONCORD_CAMPAIGN_EVENTS'] ?? 500_000);

let log: SignedLog;
beforeAll(async () => {
  log = await SignedLog.open();
  await log.read();
  await log.recordLongAgo(1);
});
afterAll(() => log.close());

/** Old events by the thousand, and leaves in nobody's chain: retention asks that a leaf is there, not what it says. */
async function fill(): Promise<void> {
  const copied = `category, subtype, action, outcome, issuer, subject, login, client_id, purpose, patient_key, request_id, bytes`;
  await log.superuser.query(
    `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, ${copied})
     SELECT gen_random_uuid(), transaction_id, unit_id, unit_part, now() - interval '7 years' + i * interval '1 second', ${copied}
     FROM (SELECT * FROM audit_events WHERE recorded_at < now() - interval '6 years' LIMIT 1) e, generate_series(1, $1) i`,
    [EVENTS],
  );
  await log.superuser.query(`INSERT INTO audit_leaves (leaf_index, event_n, leaf_hash, envelope)
    SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM audit_leaves) + row_number() OVER (ORDER BY n), n, sha256(e.n::text::bytea), decode(repeat('00', 185), 'hex')
    FROM audit_events e WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_n = e.n)`);
  await log.superuser.query('ANALYZE audit_events, audit_leaves');
}

interface Run {
  readonly seconds: number;
  readonly longestMs: number;
  readonly logMb: number;
}

/** One run of retention with reads beside it: how long, the longest read, and how much write-ahead log it wrote. */
async function run(): Promise<Run & Awaited<ReturnType<typeof dropExpired>>> {
  const before = (await log.superuser.query<{ at: string }>('SELECT pg_current_wal_lsn()::text AS at')).rows[0]?.at;
  const began = performance.now();
  let [isOver, longestMs] = [false, 0];
  const dropping = dropExpired(log.ownerUrl).finally(() => (isOver = true));
  while (!isOver) {
    const asked = performance.now();
    await log.read();
    longestMs = Math.max(longestMs, performance.now() - asked);
  }
  const dropped = await dropping;
  const { rows } = await log.superuser.query<{ mb: number }>('SELECT (pg_wal_lsn_diff(pg_current_wal_lsn(), $1) / 1e6)::float8 AS mb', [before]);
  return { ...dropped, seconds: (performance.now() - began) / 1000, longestMs, logMb: rows[0]?.mb ?? Number.NaN };
}

const words = ({ seconds, longestMs, logMb }: Run): string =>
  `${seconds.toFixed(1)} s, longest read meanwhile ${longestMs.toFixed(0)} ms, ${logMb.toFixed(0)} MB of log`;

it(`${EVENTS} expired events go row by row, and as one partition, while a ward reads`, async () => {
  await fill();
  const rows = await run();
  expect(rows).toMatchObject({ events: EVENTS + 1, partitions: 0 });

  await log.superuser.query('SELECT app.turn_record(1000000, -1)');
  await log.recordLongAgo(1);
  await fill();
  await log.superuser.query('SELECT app.turn_record(1000000, 92)');
  await log.read();
  await log.sign();
  const whole = await run();
  expect(whole).toMatchObject({ events: EVENTS + 1, inPartitions: EVENTS + 1, partitions: 1 });
  console.log(`${EVENTS} events: row by row ${words(rows)}; as a partition ${words(whole)}`);
  expect(whole.longestMs).toBeLessThan(1_000);
});
