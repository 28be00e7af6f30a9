import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeOver, makePerson, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { person } from '../people.ts';
import { testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
let edge: RunningEdge;
let inB: Person;

beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  inB = await makePerson(stores, { kind: 'ward', ward: 'ward-b' });
});
afterAll(async () => {
  await edge.close();
  await stores.close();
});

const admin = (path: string, body: object, who = 'administrator') => edge.post(`/api/v1/admin/${path}`, who, body, 'application/json');
const subjectOf = (role: 'nurse' | 'administrator' | 'radiologist') => person(role).subject;
const nurseReads = async () => (await edge.get(`/fhir/R4/Patient/${inB.id}`, 'nurse')).status;

interface Staff {
  readonly items: readonly { readonly login: string; readonly wards: readonly { readonly wardId: string }[] }[];
}

describe('an administrator', () => {
  it('puts a nurse into a ward and takes her out again, each at the next request', async () => {
    expect(await nurseReads()).toBe(404);
    const link = { subject: subjectOf('nurse'), wardId: 'ward-b' };
    expect((await admin('staff/wards', { ...link, isMember: true })).status).toBe(200);
    expect(await nurseReads()).toBe(200);
    expect((await admin('staff/wards', { ...link, isMember: false })).status).toBe(200);
    expect(await nurseReads()).toBe(404);
  });

  it('names a nurse in a patient’s team, and ends it', async () => {
    const team = { patientId: inB.id, name: 'outreach', members: [subjectOf('nurse')] };
    expect((await admin('care-teams', team)).status).toBe(200);
    expect(await nurseReads()).toBe(200);
    expect((await admin('care-teams', { ...team, members: [] })).status).toBe(200);
    expect(await nurseReads()).toBe(404);
    expect((await admin('care-teams', { ...team, patientId: '00000000-0000-4000-8000-00000000dead' })).status).toBe(404);
  });

  it('never changes their own rights, and opens no patient', async () => {
    const self = subjectOf('administrator');
    expect((await admin('staff/wards', { subject: self, wardId: 'ward-a', isMember: true })).status).toBe(403);
    expect((await admin('staff', { subject: self, login: 'administrator', name: 'Me' })).status).toBe(403);
    expect((await admin('care-teams', { patientId: inB.id, name: 'mine', members: [self] })).status).toBe(403);
    for (const path of [`/fhir/R4/Patient/${inB.id}`, `/api/v1/patients/${inB.id}`, `/api/v1/patients/${inB.id}/timeline`])
      expect([path, (await edge.get(path, 'administrator')).status]).toEqual([path, 404]);
    expect((await edge.get('/audit', 'administrator')).status).toBe(403);
  });

  it('is the only one who may', async () => {
    for (const who of ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'patient']) {
      expect([who, (await admin('wards', { id: 'ward-x', name: 'X', setting: 'ward' }, who)).status]).toEqual([who, 403]);
      for (const list of ['wards', 'staff', 'sources']) expect([who, list, (await edge.get(`/api/v1/admin/${list}`, who)).status]).toEqual([who, list, 403]);
    }
  });

  it('makes wards and sources, and is told what names nothing', async () => {
    expect((await admin('wards', { id: 'ward-c', name: 'Ward C', setting: 'icu', partOf: 'ward-a' })).status).toBe(200);
    expect(await (await edge.get('/api/v1/admin/wards', 'administrator')).json()).toMatchObject({
      items: [{ id: 'ward-a' }, { id: 'ward-b' }, { id: 'ward-c', setting: 'icu' }],
    });
    const source = { id: 'pacs', name: 'PACS', authority: 'urn:x', timeZone: 'Europe/Berlin', delivery: 'batch' };
    expect((await admin('sources', source)).status).toBe(200);
    expect((await admin('sources', { ...source, timeZone: 'Mars/Base' })).status).toBe(422);
    expect((await admin('staff/wards', { subject: subjectOf('nurse'), wardId: 'ward-z', isMember: true })).status).toBe(422);
    expect((await admin('wards', { id: 'w', name: 'W', setting: 'ward', extra: 1 })).status).toBe(422);
  });
});

describe('the views', () => {
  it('say who reaches a patient now and why, to the officer and the administrator alone', async () => {
    for (const who of ['privacy', 'administrator']) {
      const answer = (await (await edge.get(`/api/v1/patients/${inB.id}/reach`, who)).json()) as {
        items: { relationship: string; through: string; people: { login: string }[] }[];
      };
      expect(answer.items.map(({ relationship, through, people }) => [relationship, through, people.map(({ login }) => login)])).toEqual([
        ['ward', 'ward-b', ['physician']],
      ]);
    }
    for (const who of ['physician', 'nurse', 'patient', 'integrator', 'steward'])
      expect([who, (await edge.get(`/api/v1/patients/${inB.id}/reach`, who)).status]).toEqual([who, 404]);
  });

  it('show the staff that has no ward', async () => {
    const { items } = (await (await edge.get('/api/v1/admin/staff', 'administrator')).json()) as Staff;
    expect(items.filter(({ wards }) => wards.length === 0).map(({ login }) => login)).toEqual(['radiologist']);
  });
});
