import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import { minutes, minus } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import { patientPage } from '../../apps/api/src/views/patient-page.ts';
import { sendLive, toldOfPulse, type LiveReading } from '../live-readings.ts';
import { asks, person } from '../people.ts';
import { admit, ago, allowed, testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await testStores();
});
afterAll(() => stores.close());

const sees = async <T>(patientId: PatientId, work: (scope: AccessScope) => Promise<T>): Promise<T> =>
  allowed(await stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Timeline', patientId }), work));

const sends = (...readings: readonly LiveReading[]) => sendLive(stores, readings);

const toldOf = (patientId: PatientId) => toldOfPulse(stores, patientId);
/** Devices of which the page says that they spoke for somebody else too. */
const contestedOn = (patientId: PatientId) =>
  sees(patientId, async (scope) => (await patientPage(scope, patientId))?.devices.filter(({ contestedAt }) => contestedAt !== null));

describe('a monitor that is handed to another patient', () => {
  it('gives the first patient no pulse of the second: a message under the old name is kept, and neither scored nor drawn, and both pages say so', async () => {
    const [first, second] = [(await admit(stores.api, { mrn: 'T-1' })).patientId, (await admit(stores.api, { mrn: 'T-2' })).patientId];
    const device = 'monitor-turn';
    await sends({ mrn: 'T-1', device, value: 71, at: ago(60) }, { mrn: 'T-1', device, value: 72, at: ago(50) });
    await sends({ mrn: 'T-2', device, value: 141, at: ago(30) });
    await sends({ mrn: 'T-2', device, value: 142, at: ago(10) });
    expect([await contestedOn(first), await contestedOn(second)]).toEqual([[], []]);
    expect((await sends({ mrn: 'T-1', device, value: 143, at: ago(20) })).map(({ kind }) => kind)).toEqual(['created']);
    expect(await toldOf(first)).toEqual({ model: [71, 72], chart: [71, 72], newest: 72 });
    expect(await toldOf(second)).toEqual({ model: [141, 142], chart: [141, 142], newest: 142 });
    for (const patientId of [first, second]) expect(await contestedOn(patientId)).toMatchObject([{ device }]);
  });

  it('still speaks for the first about the time before, however late that arrives', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'T-3' });
    await admit(stores.api, { mrn: 'T-4' });
    const device = 'monitor-late';
    await sends({ mrn: 'T-3', device, value: 71, at: ago(60) });
    await sends({ mrn: 'T-4', device, value: 120, at: ago(20) });
    await sends({ mrn: 'T-3', device, value: 73, at: ago(40) });
    expect(await toldOf(patientId)).toMatchObject({ model: [71, 73], newest: 73 });
    expect(await contestedOn(patientId)).toEqual([]);
  });

  it('that sends for two patients in turns within minutes is suspected on both pages', async () => {
    const both = [(await admit(stores.api, { mrn: 'T-5' })).patientId, (await admit(stores.api, { mrn: 'T-6' })).patientId];
    for (let minute = 12; minute > 0; minute -= 3) {
      await sends({ mrn: 'T-5', device: 'monitor-two', value: 70, at: ago(minute) }, { mrn: 'T-6', device: 'monitor-two', value: 130, at: ago(minute - 1) });
    }
    for (const patientId of both) expect(await contestedOn(patientId)).toMatchObject([{ device: 'monitor-two' }]);
  });

  it('is ended by its own source alone: another cannot end a link, nor mark it', async () => {
    const client = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await client.connect();
    const changedBy = async (source: string): Promise<number> => {
      await client.query('BEGIN');
      await client.query("SELECT set_config('app.source', $1, true), set_config('app.purpose', 'TREAT', true), set_config('app.roles', 'integrator', true)", [
        source,
      ]);
      const { rowCount } = await client.query('UPDATE device_links SET ends_at = now(), contested_at = now() WHERE source_id <> $1', ['nobody']);
      await client.query('ROLLBACK');
      return rowCount ?? 0;
    };
    expect(await changedBy('demo')).toBeGreaterThan(0);
    expect(await changedBy('integrator')).toBe(0);
    await client.end();
  });
});

describe('a source that calls all its devices by one name', () => {
  it('loses no reading of a patient whom it measures alone', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'T-7' });
    const times = [50, 40, 30, 20, 10].map(ago);
    for (const [number, at] of times.entries()) await sends({ mrn: 'T-7', device: 'alone', value: 80 + number, at });
    await sends({ mrn: 'T-7', device: 'alone', value: 99, at: minus(times[2] ?? ago(30), minutes(1)) });
    expect((await toldOf(patientId)).model).toHaveLength(6);
  });
});
