import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  bundle,
  found,
  idIn,
  LOINC,
  minutesAgo,
  openDoor,
  person,
  pulse,
  quantity,
  report,
  sign,
  stay,
  type Admitted,
  type Door,
} from '../fhir-door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const current = async (patient: Admitted) => found(await door.get(`/fhir/R4/Observation?patient=${patient.id}&_count=200`));
const signs = (patient: Admitted, at = minutesAgo(20)) => [
  pulse(patient.id, 74, { effectiveDateTime: at }),
  sign(patient.id, '9279-1', quantity(15, '/min'), { effectiveDateTime: at }),
  sign(patient.id, '2708-6', quantity(98, '%'), { effectiveDateTime: at }),
];
const locations = (answer: Awaited<ReturnType<Door['post']>>) => answer.json.entry.map(({ response }) => response.location);
const jobs = async (patient: Admitted) => Number((await door.rows('SELECT count(*) AS n FROM jobs.jobs WHERE key = $1', [`assess:${patient.id}`]))[0]?.['n']);

describe('the same message twice', () => {
  it('is one patient, one stay, one sign and one report, and answers as the first time', async () => {
    const patient = await door.admit();
    const start = minutesAgo(600);
    const resources = [
      person(patient.mrn),
      stay(patient.id, 'ward-a', { period: { start } }),
      pulse(patient.id, 72),
      report(patient.id, 'No pleural effusion.'),
    ] as const;
    for (const resource of resources) {
      const first = await door.post(`/fhir/R4/${resource.resourceType}`, resource);
      const before = await door.stored();
      const second = await door.post(`/fhir/R4/${resource.resourceType}`, resource);
      expect([resource.resourceType, second.status, second.location]).toEqual([resource.resourceType, 201, first.location]);
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(await door.stored()).toBe(before);
    }
  });

  it('sent six times at once as a transaction is stored once', async () => {
    const patient = await door.admit();
    const body = bundle('transaction', signs(patient));
    const answers = await Promise.all(Array.from({ length: 6 }, () => door.post('/fhir/R4', body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map((answer) => locations(answer).join())).size).toBe(1);
    expect(await current(patient)).toHaveLength(3);
  });

  it('making the same new patient six times at once makes one', async () => {
    const resource = person(`T-${randomUUID()}`);
    const answers = await Promise.all(Array.from({ length: 6 }, () => door.post('/fhir/R4/Patient', resource)));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.location}`)).size).toBe(1);
  });

  it('in one bundle is one sign', async () => {
    const patient = await door.admit();
    const at = minutesAgo(15);
    const answer = await door.post('/fhir/R4', bundle('transaction', [...signs(patient, at), ...signs(patient, at)]));
    expect(answer.status).toBe(200);
    expect(locations(answer).slice(0, 3)).toEqual(locations(answer).slice(3));
    expect(await current(patient)).toHaveLength(3);
  });
});

describe('another value under the same key', () => {
  const keyed = (patient: Admitted, value: number, more: object = {}) =>
    pulse(patient.id, value, { identifier: [{ system: 'urn:monitor', value: patient.mrn }], effectiveDateTime: AT, ...more });
  const AT = minutesAgo(30);

  it('is a conflict, and the first value stands', async () => {
    const patient = await door.admit();
    await door.post('/fhir/R4/Observation', keyed(patient, 70));
    const answer = await door.post('/fhir/R4/Observation', keyed(patient, 99));
    expect([answer.status, answer.json.issue[0]?.code]).toEqual([409, 'conflict']);
    expect((await current(patient)).map(({ valueQuantity }) => valueQuantity.value)).toEqual([70]);
  });

  it('as a correction supersedes: the old version can still be read, the new one stands', async () => {
    const patient = await door.admit();
    const first = await door.post('/fhir/R4/Observation', keyed(patient, 70));
    const second = await door.post('/fhir/R4/Observation', keyed(patient, 99, { status: 'corrected' }));
    const id = idIn(first);
    expect(second.location).toMatch(new RegExp(`/Observation/${id}/_history/2$`));
    expect((await current(patient)).map(({ valueQuantity, status }) => [valueQuantity.value, status])).toEqual([[99, 'corrected']]);
    expect((await door.get(`/fhir/R4/Observation/${id}/_history/1`)).json.valueQuantity.value).toBe(70);
    expect((await door.get(`/fhir/R4/Observation/${id}`)).json.meta.versionId).toBe('2');
  });

  it('entered in error retracts, also without its value', async () => {
    const patient = await door.admit();
    const id = idIn(await door.post('/fhir/R4/Observation', keyed(patient, 70)));
    const answer = await door.post('/fhir/R4/Observation', { ...keyed(patient, 70, { status: 'entered-in-error' }), valueQuantity: undefined });
    expect([answer.status, idIn(answer)]).toEqual([201, id]);
    expect((await door.get(`/fhir/R4/Observation/${id}`)).json.status).toBe('entered-in-error');
    const [row] = await door.rows('SELECT count(*) AS n FROM observations WHERE id = $1 AND retracted_at IS NULL', [id]);
    expect(Number(row?.['n'])).toBe(0);
  });

  it('of a report supersedes from preliminary to final to amended, and is withdrawn at the end', async () => {
    const patient = await door.admit();
    const at = { effectiveDateTime: minutesAgo(40), issued: minutesAgo(30), identifier: [{ system: 'urn:ris', value: patient.mrn }] };
    const versions = [];
    for (const [status, text] of [
      ['preliminary', 'Effusion.'],
      ['final', 'Left effusion.'],
      ['amended', 'Right effusion.'],
      ['entered-in-error', 'Right effusion.'],
    ] as const) {
      const answer = await door.post('/fhir/R4/DiagnosticReport', report(patient.id, text, { ...at, status }));
      versions.push([answer.status, answer.json.meta.versionId, answer.json.status]);
    }
    expect(versions).toEqual([
      [201, '1', 'preliminary'],
      [201, '2', 'final'],
      [201, '3', 'amended'],
      [201, '4', 'entered-in-error'],
    ]);
    const conflict = await door.post(
      '/fhir/R4/DiagnosticReport',
      report(patient.id, 'No effusion.', { ...at, identifier: [{ system: 'urn:ris', value: `${patient.mrn}-2` }] }),
    );
    expect(conflict.status).toBe(201);
    expect(
      (await door.post('/fhir/R4/DiagnosticReport', report(patient.id, 'Other.', { ...at, identifier: [{ system: 'urn:ris', value: `${patient.mrn}-2` }] })))
        .status,
    ).toBe(409);
  });
});

describe('a bundle', () => {
  it('as a transaction is whole: references inside it are resolved, people first', async () => {
    const value = `T-${randomUUID()}`;
    const who = person(value);
    const body = bundle('transaction', [pulse('x', 66), stay('x'), who]);
    const [observation, encounter, patient] = body.entry;
    Object.assign(observation!.resource, { subject: { reference: patient!.fullUrl }, encounter: { reference: encounter!.fullUrl } });
    Object.assign(encounter!.resource, { subject: { reference: patient!.fullUrl } });
    const answer = await door.post('/fhir/R4', body);
    expect([answer.status, answer.json.entry.map(({ response }) => response.status)]).toEqual([200, ['201 Created', '201 Created', '201 Created']]);
    const [o, e, p] = locations(answer).map((url) => new URL(url).pathname);
    const read = await door.get(o!);
    expect(read.json.subject.reference).toBe(`Patient/${p!.split('/')[4]}`);
    expect(JSON.stringify(read.json)).toContain(`Encounter/${e!.split('/')[4]}`);
  });

  it('may name a patient by identifier, under its issuer', async () => {
    const patient = await door.admit();
    const conditional = pulse('x', 70, { subject: { reference: `Patient?identifier=${AUTHORITY}|${patient.mrn}` } });
    const logical = pulse('x', 71, { subject: { identifier: { system: AUTHORITY, value: patient.mrn } }, effectiveDateTime: minutesAgo(12) });
    expect((await door.post('/fhir/R4', bundle('transaction', [conditional, logical]))).status).toBe(200);
    expect(await current(patient)).toHaveLength(2);
    const foreign = pulse('x', 70, { subject: { reference: `Patient?identifier=urn:elsewhere|${patient.mrn}` } });
    expect((await door.post('/fhir/R4', bundle('transaction', [foreign]))).status).toBe(422);
  });

  it('as a batch is each for itself', async () => {
    const patient = await door.admit();
    const answer = await door.post(
      '/fhir/R4',
      bundle('batch', [pulse(patient.id, 70, { valueQuantity: quantity(70, 'kg') }), ...signs(patient), { resourceType: 'Medication' }]),
    );
    expect(answer.json.entry.map(({ response }) => response.status.slice(0, 3))).toEqual(['422', '201', '201', '201', '422']);
    expect(answer.json.entry[0]?.response.outcome.resourceType).toBe('OperationOutcome');
    expect(await current(patient)).toHaveLength(3);
  });

  it('about two patients keeps for each only what was said of that one', async () => {
    const [one, two] = [await door.admit(), await door.admit()];
    expect((await door.post('/fhir/R4', bundle('transaction', [...signs(one), ...signs(two)]))).status).toBe(200);
    const blobs = await door.rows(
      'SELECT DISTINCT l.patient_id, b.byte_length FROM observations o JOIN blobs b ON b.sha256 = o.blob_sha256 AND b.patient_key = o.patient_key JOIN patient_links l ON l.patient_key = o.patient_key WHERE l.patient_id = ANY ($1)',
      [[one.id, two.id]],
    );
    expect(blobs).toHaveLength(2);
  });

  it('asks for one new score for each patient', async () => {
    const patient = await door.admit();
    await door.post('/fhir/R4', bundle('transaction', signs(patient)));
    expect(await jobs(patient)).toBe(1);
  });
});

describe('what a sign means', () => {
  it('is kept in the canonical unit beside the one that was sent', async () => {
    const patient = await door.admit();
    const fever = idIn(await door.post('/fhir/R4/Observation', sign(patient.id, '8310-5', quantity(102.56, '[degF]'))));
    const [row] = await door.rows('SELECT number, unit, sent_number, sent_unit, modality FROM observations WHERE id = $1', [fever]);
    expect(row).toEqual({ number: 39.2, unit: 'Cel', sent_number: 102.56, sent_unit: '[degF]', modality: 'vitals' });
    expect((await door.get(`/fhir/R4/Observation/${fever}`)).json.valueQuantity).toMatchObject({ value: 102.56, code: '[degF]' });
  });

  it('of a blood pressure panel is two signs', async () => {
    const patient = await door.admit();
    const component = [
      ['8480-6', 118],
      ['8462-4', 76],
    ].map(([code, value]) => ({ code: { coding: [{ system: LOINC, code }] }, valueQuantity: quantity(Number(value), 'mm[Hg]') }));
    const panel = sign(patient.id, '85354-9', {}, { valueQuantity: undefined, component, identifier: [{ system: 'urn:monitor', value: patient.mrn }] });
    expect((await door.post('/fhir/R4/Observation', panel)).status).toBe(201);
    expect((await current(patient)).map(({ code }) => code.coding[0]?.code).sort()).toEqual(['8462-4', '8480-6']);
    expect((await door.post('/fhir/R4/Observation', { ...panel, status: 'entered-in-error', component: undefined })).status).toBe(201);
    expect((await current(patient)).map(({ status }) => status)).toEqual(['entered-in-error', 'entered-in-error']);
  });

  it('that no modality knows is kept, and no model sees it', async () => {
    const patient = await door.admit();
    const id = idIn(await door.post('/fhir/R4/Observation', sign(patient.id, '8302-2', quantity(180, 'cm'))));
    expect((await door.rows('SELECT modality FROM observations WHERE id = $1', [id]))[0]).toEqual({ modality: null });
    expect((await door.get(`/fhir/R4/Observation/${id}`)).json.valueQuantity).toMatchObject({ value: 180, code: 'cm' });
  });

  it('four minutes ahead of the clock is kept, and stands under its own time', async () => {
    const patient = await door.admit();
    const at = minutesAgo(-4);
    const answer = await door.post('/fhir/R4/Observation', pulse(patient.id, 80, { effectiveDateTime: at }));
    expect([answer.status, answer.json.effectiveDateTime]).toEqual([201, at]);
  });

  it('in the text of a report is kept to the letter', async () => {
    const patient = await door.admit();
    const text = 'Kleiner Erguss links – „neu“.\r\nKein Pneumothorax. 🫁';
    const id = idIn(await door.post('/fhir/R4/DiagnosticReport', report(patient.id, text)));
    expect(Buffer.from((await door.get(`/fhir/R4/DiagnosticReport/${id}`)).json.presentedForm[0]?.data ?? '', 'base64').toString('utf8')).toBe(text);
    expect((await door.rows('SELECT modality FROM reports WHERE id = $1', [id]))[0]).toEqual({ modality: 'radiology-report' });
  });

  it('in a laboratory report is kept, and the image model does not read it', async () => {
    const patient = await door.admit();
    const category = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB' }] }];
    const id = idIn(await door.post('/fhir/R4/DiagnosticReport', report(patient.id, 'Pleural effusion: exudate.', { category })));
    expect((await door.rows('SELECT modality FROM reports WHERE id = $1', [id]))[0]).toEqual({ modality: null });
  });
});

describe('a stay', () => {
  it('in a ward that nobody has set up is kept, opens nothing, and waits for a person', async () => {
    const patient = await door.admit('ward-nowhere');
    expect((await door.get(`/fhir/R4/Encounter/${patient.encounterId}`)).status).toBe(200);
    expect((await door.get(`/fhir/R4/Patient/${patient.id}`, 'physician')).status).toBe(404);
    expect(await door.rows("SELECT reason, door, state FROM reconcile_items WHERE reason = 'unknown-ward'")).toContainEqual({
      reason: 'unknown-ward',
      door: 'fhir',
      state: 'open',
    });
  });

  it('lives on: the end of it is its next version', async () => {
    const patient = await door.admit();
    const start = minutesAgo(500);
    const first = await door.post('/fhir/R4/Encounter', stay(patient.id, 'ward-a', { period: { start } }));
    const ended = await door.post('/fhir/R4/Encounter', stay(patient.id, 'ward-a', { status: 'finished', period: { start, end: minutesAgo(1) } }));
    expect(idIn(ended)).toBe(idIn(first));
    expect(ended.json.meta.versionId).toBe('2');
  });
});
