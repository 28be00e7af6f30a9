import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import { instant, minutes, minus, plus, seconds, type Instant } from '@concord/core/kernel';
import type { AccessScope, NewObservation } from '@concord/core/ports';
import { asks, person, SEED } from '../people.ts';
import { admit, ago, allowed, MRN, pulse, testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
let superuser: pg.Client;
beforeAll(async () => {
  stores = await testStores();
  superuser = await connect('postgres');
});
afterAll(async () => {
  await superuser.end();
  await stores.close();
});

async function connect(role: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stores.database.url(role) });
  await client.connect();
  return client;
}

/** As a live source of the ward: only the demo's may say when something arrived, so that a test need not wait twelve minutes. */
const sends = async <T>(work: (scope: AccessScope) => Promise<T>): Promise<T> =>
  allowed(await stores.api.withAccess(asks(SEED, { action: 'create', resource: 'Observation' }), work));

interface Sending {
  readonly device: string;
  readonly ahead: number;
  readonly count?: number;
  readonly stamped?: boolean;
}

/** One message a minute up to now, by a clock that runs so many minutes ahead; the true times are returned. */
async function message(mrn: string, { device, ahead, count = 12, stamped = true }: Sending): Promise<readonly Instant[]> {
  const times = Array.from({ length: count }, (_, number) => ago(count - number));
  for (const [number, truly] of times.entries()) {
    const told = plus(truly, minutes(ahead));
    const more: Partial<NewObservation> = { device, availableAt: plus(truly, seconds(2 + (number % 3))), ...(stamped ? { sentAt: told } : {}) };
    await sends(async (scope) => {
      const patientId = await scope.patients.match({ system: MRN, value: mrn });
      if (patientId === undefined) throw new Error('the patient is known');
      return scope.observations.putAll([pulse(patientId, 70 + number, told, more)]);
    });
  }
  return times;
}

const sees = async <T>(work: (scope: AccessScope) => Promise<T>): Promise<T> =>
  allowed(await stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Timeline' }), work));
const pulsesOf = (patientId: PatientId) =>
  sees(async (scope) =>
    (await scope.observations.search({ patientId, codes: ['8867-4'] }, { count: 50 })).items.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0)),
  );
const clocksOf = (patientId: PatientId) => sees((scope) => scope.observations.clocks(patientId, instant(Date.now())));

describe('a device whose clock is wrong', () => {
  it.each([-60, -5, 4])('by %i minutes is noticed from its fifth live message on, and what follows is dated by our clock', async (ahead) => {
    const mrn = `C${String(ahead)}`;
    const { patientId } = await admit(stores.api, { mrn });
    const times = await message(mrn, { device: `monitor${String(ahead)}`, ahead });
    const [clock] = await clocksOf(patientId);
    expect(clock).toMatchObject({ device: `monitor${String(ahead)}`, reading: { wrong: true } });
    expect(Math.abs((clock?.reading?.offsetMs ?? 0) - minutes(ahead))).toBeLessThanOrEqual(10_000);
    const kept = await pulsesOf(patientId);
    kept.forEach(({ effectiveAt, sentEffectiveAt }, number) => {
      const truly = times[number] ?? effectiveAt;
      // The first four came before anybody could know; the raw time is kept of every one.
      expect(sentEffectiveAt ?? effectiveAt).toBe(plus(truly, minutes(ahead)));
      if (number >= 4) expect(Math.abs(effectiveAt - truly)).toBeLessThanOrEqual(10_000);
    });
    expect(kept.filter(({ sentEffectiveAt }) => sentEffectiveAt !== undefined)).toHaveLength(8);
    const stream = await sees(async (scope) => (await scope.timelines.load(patientId, instant(Date.now())))?.streams);
    const newest = Math.max(...[...(stream?.values() ?? [])].flatMap(({ observations }) => observations.map(({ effectiveAt }) => effectiveAt)));
    expect(Math.abs(newest - ago(1))).toBeLessThan(minutes(1));
  });

  it('is one version of an offset, replaced when the clock is set right, and the old readings stay as they were known', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'SET' });
    await message('SET', { device: 'monitor-set', ahead: -60 });
    const before = await pulsesOf(patientId);
    await message('SET', { device: 'monitor-set', ahead: 0, count: 1 });
    expect((await clocksOf(patientId))[0]?.reading?.wrong).toBe(false);
    const { rows } = await superuser.query(
      "SELECT o.applied, o.replaced_at IS NULL AS open FROM device_clock_offsets o JOIN devices d ON d.id = o.device_id WHERE d.label = 'monitor-set' ORDER BY o.recorded_at",
    );
    expect(rows).toEqual([
      { applied: true, open: false },
      { applied: false, open: true },
    ]);
    const kept = await pulsesOf(patientId);
    expect(before.every((one) => kept.some(({ id, effectiveAt }) => id === one.id && effectiveAt === one.effectiveAt))).toBe(true);
  });

  it('is known again by the time it told: the same message sent twice is stored once', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'TWICE' });
    const [first] = await message('TWICE', { device: 'monitor-twice', ahead: -60 });
    const again = await sends(async (scope) => {
      await scope.patients.match({ system: MRN, value: 'TWICE' });
      const told = minus(plus(first ?? ago(12), minutes(11)), minutes(60));
      return scope.observations.putAll([pulse(patientId, 81, told, { device: 'monitor-twice', sentAt: told })]);
    });
    expect(again.map(({ kind }) => kind)).toEqual(['repeated']);
    expect(await pulsesOf(patientId)).toHaveLength(12);
  });
});

describe('a device that nothing is known of', () => {
  it('is not corrected and not called right: it sends no time of sending, or in one batch', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'NONE' });
    await message('NONE', { device: 'silent', ahead: -60, stamped: false });
    expect(await clocksOf(patientId)).toEqual([]);
    const sentAt = ago(60);
    await sends(async (scope) => {
      await scope.patients.match({ system: MRN, value: 'NONE' });
      return scope.observations.putAll(
        Array.from({ length: 30 }, (_, number) => pulse(patientId, 60 + number, minus(sentAt, minutes(number)), { device: 'uploader', sentAt })),
      );
    });
    expect(await clocksOf(patientId)).toEqual([{ device: 'uploader' }]);
    expect((await pulsesOf(patientId)).filter(({ sentEffectiveAt }) => sentEffectiveAt !== undefined)).toEqual([]);
  });

  it('of another source cannot be dated by this one, nor be made known for it', async () => {
    const { rows } = await superuser.query<{ id: string }>("SELECT id FROM devices WHERE label = 'uploader'");
    const stranger = await connect('app_rw');
    const asIntegrator = async (text: string, values: readonly unknown[]): Promise<number> => {
      await stranger.query('BEGIN');
      try {
        await stranger.query(
          "SELECT set_config('app.source', 'integrator', true), set_config('app.purpose', 'TREAT', true), set_config('app.roles', 'integrator', true)",
        );
        return (await stranger.query(text, [...values])).rowCount ?? 0;
      } finally {
        await stranger.query('ROLLBACK');
      }
    };
    const device = "INSERT INTO devices (id, source_id, label, kind) VALUES (gen_random_uuid(), $1, 'x', 'live')";
    const offset = `INSERT INTO device_clock_offsets (id, device_id, offset_ms, uncertainty_ms, applied, starts_at, recorded_at)
      VALUES (gen_random_uuid(), $1, 3600000, 0, true, now(), now())`;
    expect(await asIntegrator(device, ['integrator'])).toBe(1);
    await expect(asIntegrator(device, ['demo'])).rejects.toThrow(/row-level security/);
    await expect(asIntegrator(offset, [rows[0]?.id])).rejects.toThrow(/row-level security/);
    const forgotten = [rows[0]?.id];
    expect(await asIntegrator('DELETE FROM device_stamps WHERE device_id <> $1', forgotten)).toBe(0);
    expect(await asIntegrator('UPDATE device_clock_offsets SET replaced_at = now() WHERE device_id <> $1', forgotten)).toBe(0);
    await stranger.end();
  });
});
