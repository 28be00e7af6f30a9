import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecentIds, verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { SignedLog } from '../audit/signed-log.ts';
import { asks, person } from '../people.ts';
import { allowed } from '../stores.ts';

let log: SignedLog;
let first: { readonly n: string; readonly event_id: string };
beforeAll(async () => {
  log = await SignedLog.open();
  await log.read();
  const owner = new pg.Client({ connectionString: log.ownerUrl });
  await owner.connect();
  // The next number lies in another partition, where nothing refuses the id.
  for (let turns = 0; turns < 2; turns += 1) await owner.query('SELECT app.turn_record(10, -1)');
  await owner.end();
  const { rows } = await log.superuser.query<typeof first>("SELECT n::text AS n, event_id FROM audit_events WHERE login = 'physician' LIMIT 1");
  if (rows[0] === undefined) throw new Error('nobody looked');
  first = rows[0];
  await log.superuser.query(
    `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login,
       client_id, purpose, patient_key, request_id, bytes)
     SELECT event_id, pg_current_xact_id()::text, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, 'nurse', client_id,
       purpose, patient_key, request_id, convert_to(replace(convert_from(bytes, 'UTF8'), '"login":"physician"', '"login":"nurse"'), 'UTF8')
     FROM audit_events WHERE n = $1`,
    [first.n],
  );
});
afterAll(() => log.close());

describe('an event that bears the id of one in another partition', () => {
  it('hides neither from the officer who goes through the record a page of one at a time', async () => {
    const logins: string[] = [];
    for (let after: string | undefined, more = true; more;) {
      const request = asks(person('privacy'), { action: 'search', resource: 'AuditEvent' });
      const page = allowed(
        await log.stores.api.withAccess(request, (scope) => scope.audit.search({}, { count: 1, ...(after === undefined ? {} : { after }) })),
      );
      logins.push(...page.items.filter(({ eventId }) => eventId === first.event_id).map(({ actor }) => actor.login));
      [after, more] = [page.next, page.next !== undefined];
    }
    expect(logins.sort()).toEqual(['nurse', 'physician']);
  });

  it('is found by the verifier, in a log that is sequenced, signed and exported in good faith', async () => {
    const verdict = verifyBundle(await log.exported({}), { keys: log.keys });
    expect(verdict).toMatchObject({ verdict: 'tampered', firstBad: { reason: 'two events bear one id' } });
  });
});

it('a repeated id is found among any number of events, as long as no more than so many lie between', () => {
  const uuid = (n: number) =>
    `019a0000-0000-7000-8${(n % 4096).toString(16).padStart(3, '0')}-${(n * 2_654_435_761).toString(16).padStart(12, '0').slice(-12)}`;
  const ids = new RecentIds(5_000);
  const twins = [];
  for (let n = 0; n < 40_000; n += 1) {
    if (ids.add(uuid(n), n) !== undefined) throw new Error(`event ${n} was taken for another`);
    if (n >= 5_000 && n % 1_000 === 0) twins.push(ids.add(uuid(n - 4_999), n) === n - 4_999);
  }
  expect(twins).toEqual(Array.from({ length: 35 }, () => true));
});
