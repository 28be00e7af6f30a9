import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { PatientPage } from '@concord/contracts';
import { edgeOver, relate } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { sendLive, toldOfPulse, type LiveReading } from '../live-readings.ts';
import { person } from '../people.ts';
import { admit, ago, testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
let edge: RunningEdge;
let owner: pg.Client;
beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  owner = new pg.Client({ connectionString: stores.database.url('postgres') });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await edge.close();
  await stores.close();
});

const admitted = async (mrn: string, ward = 'ward-a') => (await admit(stores.api, { mrn, ward })).patientId;
const sends = (...readings: readonly LiveReading[]) => sendLive(stores, readings);
const toldOf = (patientId: PatientId) => toldOfPulse(stores, patientId);
const post = (who: string, path: string, body: object) => edge.post(path, who, body, 'application/json');
const turns = (who: string, patientId: PatientId, device: string, here: boolean) =>
  post(who, `/api/v1/patients/${patientId}/device-turns`, { device, here }).then(({ status }) => status);
const settles = async (who: string, patientId: PatientId, device: string, outcome: string) => {
  const answer = await post(who, `/api/v1/patients/${patientId}/held-readings`, { device, outcome });
  return `${answer.status} ${JSON.stringify(await answer.json())}`;
};
const devicesOf = async (patientId: PatientId, who = 'nurse') => ((await (await edge.get(`/api/v1/patients/${patientId}`, who)).json()) as PatientPage).devices;
const queueOf = async (who: string) => {
  const { items } = (await (await edge.get('/api/v1/held-readings', who)).json()) as { items: readonly { banner: { patientId: string }; held: object[] }[] };
  return new Map(items.map(({ banner, held }) => [banner.patientId, held]));
};
const jobsOf = async (patientId: PatientId) => (await owner.query('SELECT 1 FROM jobs.jobs WHERE key = $1', [`assess:${patientId}`])).rowCount;
/** What the record says of this patient's devices: by whom, and what was said. */
const recordOf = async (patientId: PatientId) => {
  const text = `SELECT a.login, convert_from(a.bytes, 'UTF8')::json -> 'detail' AS detail FROM audit_events a JOIN patient_links l ON l.patient_key = a.patient_key
    WHERE l.patient_id = $1 AND a.outcome = 0 AND convert_from(a.bytes, 'UTF8')::jsonb ? 'detail' ORDER BY a.n`;
  return (await owner.query<{ login: string; detail: object }>(text, [patientId])).rows;
};

describe('a monitor that was taken off a patient while its messages still bear the old name', () => {
  it('counts for nobody from the moment at which a nurse says so, and again once it is put back', async () => {
    const patientId = await admitted('E-1');
    await sends({ mrn: 'E-1', device: 'off-1', value: 71, at: ago(30) });
    expect(await devicesOf(patientId)).toMatchObject([{ device: 'off-1', ended: null, held: null }]);
    expect(await turns('nurse', patientId, 'off-1', false)).toBe(200);
    await sends({ mrn: 'E-1', device: 'off-1', value: 140, at: ago(0) });
    expect(await toldOf(patientId)).toEqual({ model: [71], chart: [71], newest: 71 });
    expect(await devicesOf(patientId)).toMatchObject([{ device: 'off-1', ended: { by: 'nurse' }, held: { count: 1 } }]);
    expect(await turns('physician', patientId, 'off-1', true)).toBe(200);
    await sends({ mrn: 'E-1', device: 'off-1', value: 72, at: ago(0) });
    expect((await toldOf(patientId)).newest).toBe(72);
  });

  it('is still believed about the time before, however late that arrives', async () => {
    const patientId = await admitted('E-2');
    await turns('nurse', patientId, 'off-2', false);
    await sends({ mrn: 'E-2', device: 'off-2', value: 73, at: ago(20) });
    expect((await toldOf(patientId)).model).toEqual([73]);
  });

  it('takes nothing from the patient whom it is on by its own name: a ghost of the first does not contest the second', async () => {
    const [first, second] = [await admitted('E-3'), await admitted('E-4')];
    await sends({ mrn: 'E-3', device: 'off-3', value: 71, at: ago(30) });
    await turns('nurse', first, 'off-3', false);
    await sends({ mrn: 'E-4', device: 'off-3', value: 120, at: ago(0) });
    await sends({ mrn: 'E-3', device: 'off-3', value: 121, at: ago(0) }, { mrn: 'E-4', device: 'off-3', value: 122, at: ago(0) });
    expect((await toldOf(second)).model.sort()).toEqual([120, 122]);
    expect((await devicesOf(second)).map(({ contestedAt }) => contestedAt)).toEqual([null]);
  });

  it('is ended by who works at the bed alone, each time on record', async () => {
    const patientId = await admitted('E-5', 'ward-b');
    for (const who of ['nurse', 'radiologist', 'integrator', 'patient', 'administrator', 'privacy', 'steward'])
      expect([who, await turns(who, patientId, 'off-5', false)]).toEqual([who, 404]);
    expect(await turns('physician', patientId, 'off-5', false)).toBe(200);
    await relate(stores, patientId, { team: person('nurse').subject });
    expect(await turns('nurse', patientId, 'off-5', true)).toBe(200);
    expect(await recordOf(patientId)).toEqual([
      { login: 'physician', detail: { here: false } },
      { login: 'nurse', detail: { here: true } },
    ]);
  });
});

/** The second patient's monitor sends one reading under the first's name, between the second's own. */
async function contested(mrns: readonly [string, string], device: string): Promise<readonly [PatientId, PatientId]> {
  const both = [await admitted(mrns[0]), await admitted(mrns[1])] as const;
  await sends({ mrn: mrns[0], device, value: 71, at: ago(60) });
  await sends({ mrn: mrns[1], device, value: 141, at: ago(30) });
  await sends({ mrn: mrns[1], device, value: 142, at: ago(10) });
  await sends({ mrn: mrns[0], device, value: 143, at: ago(20) });
  return both;
}

describe('a reading that was kept because its device was on another patient', () => {
  it('waits on the list of the ward, without its number, and on no list of another ward', async () => {
    const [first, second] = await contested(['H-1', 'H-2'], 'held-1');
    const mine = await queueOf('nurse');
    expect(mine.get(first)).toMatchObject([{ device: 'held-1', count: 1 }]);
    expect(mine.has(second)).toBe(false);
    expect(await (await edge.get('/api/v1/held-readings', 'nurse')).text()).not.toContain('143');
    const elsewhere = await admitted('H-3', 'ward-b');
    await turns('physician', elsewhere, 'held-3', false);
    await sends({ mrn: 'H-3', device: 'held-3', value: 99, at: ago(0) });
    expect([(await queueOf('nurse')).has(elsewhere), (await queueOf('physician')).has(elsewhere)]).toEqual([false, true]);
    for (const who of ['radiologist', 'integrator', 'patient', 'administrator', 'privacy', 'steward'])
      expect([who, (await edge.get('/api/v1/held-readings', who)).status]).toEqual([who, 403]);
  });

  it('is scored from the moment at which a nurse says that it is this patient’s, not earlier, and a new score is asked for', async () => {
    const [first] = await contested(['H-4', 'H-5'], 'held-4');
    const before = Date.now();
    expect(await jobsOf(first)).toBe(0);
    expect(await settles('nurse', first, 'held-4', 'this-patient')).toBe('200 {"settled":1}');
    expect(await toldOf(first)).toEqual({ model: [71, 143], chart: [71, 143], newest: 143 });
    expect((await toldOfPulse(stores, first, instant(before - 1))).model).toEqual([71]);
    expect(await jobsOf(first)).toBe(1);
    expect((await queueOf('nurse')).has(first)).toBe(false);
    expect(await recordOf(first)).toEqual([{ login: 'nurse', detail: { outcome: 'this-patient', settled: 1 } }]);
  });

  it('is never scored once somebody says that it is not, and leaves the list', async () => {
    const [first] = await contested(['H-6', 'H-7'], 'held-6');
    expect(await settles('physician', first, 'held-6', 'not-this-patient')).toBe('200 {"settled":1}');
    expect(await toldOf(first)).toEqual({ model: [71], chart: [71], newest: 71 });
    expect([(await queueOf('nurse')).has(first), (await devicesOf(first))[0]?.held]).toEqual([false, null]);
    expect(await settles('nurse', first, 'held-6', 'this-patient')).toBe('200 {"settled":0}');
    expect((await toldOf(first)).model).toEqual([71]);
  });

  it('is settled by who works at the bed alone; a word that is none is refused', async () => {
    const [first] = await contested(['H-8', 'H-9'], 'held-8');
    for (const who of ['radiologist', 'integrator', 'patient', 'administrator', 'privacy', 'steward'])
      expect((await settles(who, first, 'held-8', 'this-patient')).slice(0, 3)).toBe('404');
    expect((await settles('nurse', first, 'held-8', 'maybe')).slice(0, 3)).toBe('422');
    expect((await toldOf(first)).model).toEqual([71]);
  });

  it('stays apart when the database alone is asked: neither a source nor a radiologist can settle or end anything', async () => {
    const [first] = await contested(['H-10', 'H-11'], 'held-10');
    const { rows } = await owner.query<{ patient_key: string }>('SELECT patient_key FROM patient_links WHERE patient_id = $1', [first]);
    const key = rows[0]?.patient_key ?? '';
    const client = new pg.Client({ connectionString: stores.database.url('app_rw') });
    await client.connect();
    const asRole = async (roles: string, text: string, values: readonly unknown[]): Promise<string> => {
      await client.query('BEGIN');
      await client.query(
        `SELECT set_config('app.source', 'demo', true), set_config('app.purpose', 'TREAT', true), set_config('app.roles', $1, true), set_config('app.scope_id', $2, true),
           set_config('app.scope_key', $3, true), set_config('app.scope_left', 'recent-study', true), set_config('app.write_keys', $3, true)`,
        [roles, first, key],
      );
      const said = await client.query(text, [...values]).then(
        ({ rowCount }) => `${rowCount ?? 0} rows`,
        (error: unknown) => (error as { code?: string }).code ?? 'failed',
      );
      await client.query('ROLLBACK');
      return said;
    };
    const END =
      "INSERT INTO device_ends (id, patient_key, device, ends_at, issuer, subject, login) VALUES (gen_random_uuid(), $1, 'held-10', now(), 'i', 's', 'l')";
    for (const roles of ['integrator', 'radiologist']) {
      expect(await asRole(roles, "SELECT app.settle_held('held-10', 'this-patient')", [])).toBe('42501');
      expect(await asRole(roles, END, [key])).toBe('42501');
      expect(await asRole(roles, "UPDATE observations SET modality = 'vitals' WHERE patient_key = $1", [key])).toBe('42501');
    }
    await client.end();
  });
});
