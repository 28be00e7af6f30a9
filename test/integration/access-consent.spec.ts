import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentOf, edgeOver, makePerson, relate, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { asks, person, WORKER } from '../people.ts';
import { ago, allowed, testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
let edge: RunningEdge;
let own: Person;
let other: Person;

beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  own = await makePerson(stores, { kind: 'ward', ward: 'ward-a' });
  other = await makePerson(stores, { kind: 'ward', ward: 'ward-a' });
  await relate(stores, own.id, { own: true });
});
afterAll(async () => {
  await edge.close();
  await stores.close();
});

async function says(consent: object, who = 'patient'): Promise<Response> {
  const answer = await edge.post('/fhir/R4/Consent', who, consent);
  return answer;
}

async function accepted(consent: object): Promise<{ readonly id: string }> {
  const answer = await says(consent);
  const text = await answer.text();
  expect([answer.status, answer.status === 201 ? '' : text]).toEqual([201, '']);
  return JSON.parse(text) as { id: string };
}

const seen = async (path: string, who: string) => (await edge.get(path, who)).text();
const status = async (path: string, who: string) => (await edge.get(path, who)).status;

interface Scored {
  readonly probability: number;
  readonly logit: number;
  readonly baselineLogit: number;
  readonly evidence: readonly { readonly modality: string; readonly text: string; readonly contribution: number; readonly kind: string }[];
}
const scoreFor = async (who: string) => (await (await edge.get(`/api/v1/assessments/${own.assessmentId}`, who)).json()) as Scored;
const timelineOfJob = async () =>
  allowed(
    await stores.worker.withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId: own.id, unit: 'job' }), (scope) =>
      scope.timelines.load(own.id, scope.now),
    ),
  );

describe('what a patient withholds', () => {
  it('is gone from the next request on for who cares for them, by list, by id and by count, and stays for the patient and its sender', async () => {
    expect(await status(`/fhir/R4/DiagnosticReport/${own.reportId}`, 'nurse')).toBe(200);
    const { id } = await accepted(consentOf(own.id, [{ classes: ['radiology-report'], uses: ['TREAT'] }]));
    expect(await status(`/fhir/R4/DiagnosticReport/${own.reportId}`, 'nurse')).toBe(404);
    expect(await status(`/api/v1/patients/${own.id}/reports/${own.reportId}`, 'physician')).toBe(404);
    const list = JSON.parse(await seen(`/fhir/R4/DiagnosticReport?patient=${own.id}`, 'nurse')) as { total: number };
    expect(list.total).toBe(0);
    expect(JSON.parse(await seen(`/fhir/R4/DiagnosticReport?patient=${other.id}`, 'nurse'))).toMatchObject({ total: 1 });
    expect((JSON.parse(await seen(`/api/v1/patients/${own.id}/timeline`, 'nurse')) as { reports: unknown[] }).reports).toEqual([]);
    expect(await status(`/fhir/R4/Observation/${own.observationId}`, 'nurse')).toBe(200);
    for (const who of ['patient', 'integrator']) expect([who, await status(`/fhir/R4/DiagnosticReport/${own.reportId}`, who)]).toEqual([who, 200]);
    expect(await status(`/fhir/R4/Consent/${id}`, 'patient')).toBe(200);
    for (const who of ['nurse', 'physician', 'radiologist', 'privacy'])
      expect([who, [403, 404].includes(await status(`/fhir/R4/Consent/${id}`, who))]).toEqual([who, true]);
  });

  it('is missing for the model too, which names it as withheld and never why', async () => {
    const timeline = await timelineOfJob();
    expect(timeline?.withheld).toEqual(['radiology-report']);
    expect([...(timeline?.streams.keys() ?? [])]).not.toContain('radiology-report');
    expect([...(timeline?.streams.keys() ?? [])]).toContain('vitals');
  });

  it('is folded out of a score that once used it, whose numbers stay', async () => {
    const { probability, logit, baselineLogit, evidence } = await scoreFor('nurse');
    expect([probability, logit, baselineLogit]).toEqual([0.1234, -1.2345679, -2]);
    expect(evidence.map(({ modality, kind, text }) => [modality, kind, text.replace(own.canary, '')])).toEqual([
      ['vitals', 'signal-window', 'Pulse '],
      ['withheld', 'joint', '1 source withheld'],
    ]);
    expect(baselineLogit + evidence.reduce((sum, item) => sum + item.contribution, 0)).toBeCloseTo(logit, 5);
    expect(await seen(`/fhir/R4/RiskAssessment/${own.assessmentId}`, 'nurse')).not.toContain('Opacity');
  });

  it('comes back with the next consent, and an older one cannot undo it', async () => {
    await accepted(consentOf(own.id, []));
    expect(await status(`/fhir/R4/DiagnosticReport/${own.reportId}`, 'nurse')).toBe(200);
    expect((await timelineOfJob())?.withheld).toEqual([]);
    const old = { ...consentOf(own.id, [{ classes: ['vitals'] }]), dateTime: new Date(Date.now() - 3_600_000).toISOString() };
    expect((await says(old)).status).toBe(409);
    expect((await scoreFor('nurse')).evidence).toHaveLength(3);
  });

  it('may be kept from a score alone: the ward reads on, the model does not', async () => {
    await accepted(consentOf(own.id, [{ classes: ['radiology-report'], uses: ['SCORE'] }]));
    expect(await status(`/fhir/R4/DiagnosticReport/${own.reportId}`, 'nurse')).toBe(200);
    expect((await timelineOfJob())?.withheld).toEqual(['radiology-report']);
  });

  it('may be everything: then the patient is not there for the ward, byte for byte as if there were none', async () => {
    await accepted(consentOf(own.id, [], 'deny'));
    const [denied, absent] = [
      await edge.get(`/api/v1/patients/${own.id}`, 'nurse'),
      await edge.get('/api/v1/patients/00000000-0000-4000-8000-00000000dead', 'nurse'),
    ];
    expect([denied.status, await denied.text()]).toEqual([404, await absent.text()]);
    expect(await seen('/api/v1/worklist', 'nurse')).not.toContain(own.canary);
    expect(await seen('/fhir/R4/Patient', 'nurse')).not.toContain(own.id);
    expect((await timelineOfJob())?.withheld).toEqual(['chest-imaging', 'labs', 'other', 'radiology-report', 'vitals']);
    expect(await status(`/fhir/R4/Patient/${own.id}`, 'patient')).toBe(200);
    await accepted(consentOf(own.id, []));
    expect(await status(`/api/v1/patients/${own.id}`, 'nurse')).toBe(200);
  });

  it('is refused in full where a code is not understood', async () => {
    await accepted(consentOf(own.id, [{ classes: ['genome'], uses: ['TREAT'] }]));
    for (const path of [`DiagnosticReport/${own.reportId}`, `Observation/${own.observationId}`, `ImagingStudy/${own.studyId}`])
      expect([path, await status(`/fhir/R4/${path}`, 'nurse')]).toEqual([path, 404]);
    await accepted(consentOf(own.id, []));
  });
});

describe('who may say it', () => {
  it('is the patient for their own record, and nobody for another', async () => {
    expect((await says(consentOf(other.id, []))).status).toBe(404);
    expect((await says(consentOf('00000000-0000-4000-8000-00000000dead', []))).status).toBe(404);
    for (const who of ['physician', 'nurse', 'radiologist', 'privacy', 'steward'])
      expect([who, (await says(consentOf(own.id, []), who)).status]).toEqual([who, 403]);
  });

  it('is a source for a patient it sends, under an identifier', async () => {
    expect((await says(consentOf(other.id, []), 'integrator')).status).toBe(422);
    const passedOn = { ...consentOf(other.id, [{ classes: ['vitals'], uses: ['TREAT'] }]), identifier: [{ system: 'urn:registry', value: 'c-1' }] };
    expect((await says(passedOn, 'integrator')).status).toBe(201);
    expect(await status(`/fhir/R4/Observation/${other.observationId}`, 'nurse')).toBe(404);
    expect((await says({ ...passedOn, status: 'inactive', dateTime: new Date().toISOString() }, 'integrator')).status).toBe(201);
    expect(await status(`/fhir/R4/Observation/${other.observationId}`, 'nurse')).toBe(200);
  });

  it.each([
    ['of another scope', { scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'adr' }] } }],
    ['without a moment', { dateTime: undefined }],
    ['with a modifier', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }],
    ['that neither permits nor denies', { provision: { provision: [] } }],
    ['whose exception says nothing', { provision: { type: 'permit', provision: [{ class: [] }] } }],
  ])('is nothing when it is a consent %s', async (_, change) => {
    expect((await says({ ...consentOf(own.id, []), ...change })).status).toBe(422);
  });
});

describe('a device that the patient paused', () => {
  const api = () => stores.api;
  const asPatient = (action: 'read' | 'update') => asks(person('patient'), { action, resource: 'Device', patientId: own.id });

  it('measures nothing that is kept, by any door, and goes on when it is resumed', async () => {
    const device = `dev-${own.canary}`;
    const use = async () => allowed(await api().withAccess(asPatient('read'), (scope) => scope.consents.devices(own.id)));
    expect(await use()).toMatchObject([{ device }]);
    allowed(await api().withAccess(asPatient('update'), (scope) => scope.consents.pauseDevice(own.id, device)));
    expect((await use())[0]?.pausedSince).toBeDefined();
    const at = new Date(Date.now() + 1_000).toISOString();
    const csv = `patient,device,code,value,unit,effectiveAt,sentAt\n${own.canary},${device},8867-4,66,/min,${at},\n`;
    const sent = await edge.post('/api/v1/ingest/wearables/csv', 'integrator', csv, 'text/csv');
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining('paused')]);
    allowed(await api().withAccess(asPatient('update'), (scope) => scope.consents.resumeDevice(own.id, device)));
    const later = new Date(Date.now() + 5_000).toISOString();
    expect((await edge.post('/api/v1/ingest/wearables/csv', 'integrator', csv.replace(at, later), 'text/csv')).status).toBe(200);
    expect(ago(0)).toBeGreaterThan(0);
  });
});
